import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import type { ProcessDetails } from './processes.ts';

/*
 * What programs in Wine were started with. Windows keeps it in the memory of each process, and so
 * does Wine: the thread's block (TEB) names the process and its block (PEB), which leads to the
 * parameters with the environment. Linux shows that memory in /proc, to Wine's programs too, as Z:.
 */

/** The layout of 64-bit Windows, in bytes. */
const tebSelf = 0x30;
const tebProcessId = 0x40;
const tebPeb = 0x60;
const pebParameters = 0x20;
const parametersEnvironment = 0x80;

const pageBytes = 0x1000;
/** Wine puts the blocks below two gigabytes; nothing of use is larger than this. */
const highestBlock = 0x8000_0000;
const largestRegion = 0x40_0000;
const environmentChunk = 0x1_0000;
const largestEnvironment = 0x10_0000;

/** Linux's process table as Wine's programs see it. */
const fromWine = 'Z:\\proc';

/** The programs that run in this Wine now, by their Windows pid; none on a real Windows. */
export function wineProcesses(): Map<number, ProcessDetails> {
  // Files are opened by Wine's server, so this is what that was started with.
  const ours = prefixAt(`${fromWine}/self`);
  const found = new Map<number, ProcessDetails>();
  for (const entry of entriesOf(fromWine)) {
    const folder = `${fromWine}/${entry}`;
    // Another Wine beside this one has the same pids.
    if (!/^\d+$/.test(entry) || prefixAt(folder) !== ours) continue;
    const seen = wineProcessAt(folder);
    if (seen !== undefined) found.set(seen.pid, seen);
  }
  return found;
}

/** The folder of the Wine that a process belongs to. */
function prefixAt(folder: string): string | undefined {
  try {
    const environment = readFileSync(`${folder}/environ`, 'utf8').split('\0');
    return environment.find((entry) => entry.startsWith('WINEPREFIX='));
  } catch {
    return undefined;
  }
}

/** The program in Wine that a folder of the process table stands for, if it is one. */
export function wineProcessAt(
  folder: string,
): (ProcessDetails & { readonly pid: number }) | undefined {
  try {
    const blocks = lowRegions(readFileSync(`${folder}/maps`, 'latin1'));
    if (blocks.length === 0) return undefined;
    const memory = openSync(`${folder}/mem`, 'r');
    try {
      const teb = findTeb(memory, blocks);
      if (teb === undefined) return undefined;
      const words = readFileSync(`${folder}/cmdline`, 'utf8').split('\0');
      return {
        pid: addressIn(teb, tebProcessId),
        arguments: words.slice(0, words.findLastIndex((word) => word !== '') + 1),
        environment: environmentIn(memory, addressIn(teb, tebPeb)),
      };
    } finally {
      closeSync(memory);
    }
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return undefined;
  }
}

interface Region {
  readonly start: number;
  readonly bytes: number;
}

function lowRegions(maps: string): Region[] {
  return maps.split('\n').flatMap((line) => {
    const [, from, to, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    const start = parseInt(from ?? '', 16);
    const bytes = parseInt(to ?? '', 16) - start;
    const fits = rights === 'rw-p' && start < highestBlock && bytes <= largestRegion;
    return fits ? [{ start, bytes }] : [];
  });
}

function findTeb(memory: number, regions: readonly Region[]): Buffer | undefined {
  for (const { start, bytes } of regions.toReversed()) {
    for (let address = start; address < start + bytes; address += pageBytes) {
      const page = read(memory, address, pageBytes / 4);
      if (isTeb(page, address, regions)) return page;
    }
  }
  return undefined;
}

/**
 * A thread's block holds its own address, and that of its process's block. Pages of Linux's own heap,
 * which may lie below two gigabytes too, sometimes hold the first by chance.
 */
function isTeb(page: Buffer, address: number, regions: readonly Region[]): boolean {
  if (addressIn(page, tebSelf) !== address || addressIn(page, tebProcessId) === 0) return false;
  const peb = addressIn(page, tebPeb);
  return (
    peb % pageBytes === 0 && regions.some(({ start, bytes }) => peb >= start && peb < start + bytes)
  );
}

function environmentIn(memory: number, peb: number): string[] {
  const parameters = addressIn(read(memory, peb, pageBytes / 4), pebParameters);
  const address = addressIn(read(memory, parameters, pageBytes / 4), parametersEnvironment);
  // Its size is told as well, but not kept right when the program sets a variable.
  for (let bytes = environmentChunk; bytes <= largestEnvironment; bytes *= 2) {
    const text = read(memory, address, bytes).toString('utf16le');
    const end = text.indexOf('\0\0');
    if (end >= 0) return text.slice(0, end).split('\0');
  }
  return [];
}

function read(memory: number, address: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  readSync(memory, buffer, 0, bytes, address);
  return buffer;
}

function addressIn(block: Buffer, offset: number): number {
  return Number(block.readBigUInt64LE(offset));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
