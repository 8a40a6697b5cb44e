import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { PortSeen } from './contract.ts';
import { listProcesses } from './processes.ts';

const listening = '0A';

/** The TCP ports that listen on this machine, with the process that owns each; Linux only. */
export function listeningPorts(): PortSeen[] {
  const sockets = [...readTable('/proc/net/tcp'), ...readTable('/proc/net/tcp6')];
  if (sockets.length === 0) return [];
  const owners = socketOwners();
  return sockets.map(({ address, port, inode }) => ({ address, port, pid: owners.get(inode) }));
}

function readTable(path: string): { address: string; port: number; inode: string }[] {
  const rows = textOf(path).split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => {
      const [address = '', port = '0'] = (fields[1] ?? '').split(':');
      return { address: readAddress(address), port: parseInt(port, 16), inode: fields[9] ?? '' };
    });
}

/** Addresses stand in words of four bytes, each in the machine's (little-endian) order. */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length === 4) return [...bytes].reverse().join('.');
  bytes.swap32();
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff) {
    return [...bytes.subarray(12)].join('.');
  }
  return groups
    .join(':')
    .replace(/^(0:){7}/, '::')
    .replace(/^::0$/, '::');
}

function socketOwners(): Map<string, number> {
  const owners = new Map<string, number>();
  for (const { pid } of listProcesses()) {
    for (const inode of socketsOf(pid)) owners.set(inode, pid);
  }
  return owners;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => socketInode(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function socketInode(path: string): string[] {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.slice(1) ?? [];
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
