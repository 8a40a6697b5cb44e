import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wineProcessAt } from './wine-processes.ts';

const block = 0x10_0000;
const parameters = block + 0x4000;
const text = block + 0x5000;
const heap = 0x20_0000;

describe('A program in Wine, in the process table of Linux', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'process-'));
    writeFileSync(join(folder, 'maps'), maps([block, 0x1_0000], [heap, 0x1_0000]));
    writeFileSync(join(folder, 'cmdline'), 'node.exe\0broker.mjs\0\0');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is read with its pid, arguments and environment', () => {
    memory(thread);
    assert.deepEqual(wineProcessAt(folder), program);
  });

  for (const { name, page } of [
    { name: 'and zeros', page: {} },
    { name: 'and a process without a block', page: { pid: 4, peb: 0 } },
    { name: 'and a process at an address that is none', page: { pid: 4, peb: block + 0x10 } },
    { name: 'and a process outside of the memory', page: { pid: 4, peb: 0x70_0000 } },
  ]) {
    it(`is found where a page of the heap holds its own address ${name}`, () => {
      memory({ ...thread, ...pageOf(heap + 0x3000, page) });
      assert.deepEqual(wineProcessAt(folder), program);
    });
  }

  const program = { pid: 36, arguments: ['node.exe', 'broker.mjs'], environment: ['A=1', 'B=2'] };
  const thread = {
    ...pageOf(block, { pid: 36, peb: block + 0x2000 }),
    [block + 0x2020]: address(parameters),
    [parameters + 0x80]: address(text),
    [text]: Buffer.from('A=1\0B=2\0\0', 'utf16le'),
  };

  function memory(content: Readonly<Record<number, Buffer>>): void {
    const file = openSync(join(folder, 'mem'), 'w');
    for (const [at, bytes] of Object.entries(content)) {
      writeSync(file, bytes, 0, bytes.length, Number(at));
    }
    closeSync(file);
  }
});

/** A page that holds its own address where a thread's block does, with what stands around it. */
function pageOf(
  at: number,
  { pid = 0, peb = 0 }: { readonly pid?: number; readonly peb?: number },
): Record<number, Buffer> {
  return { [at + 0x30]: address(at), [at + 0x40]: address(pid), [at + 0x60]: address(peb) };
}

function address(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function maps(...regions: readonly (readonly [number, number])[]): string {
  return regions
    .map(
      ([start, bytes]) =>
        `${start.toString(16)}-${(start + bytes).toString(16)} rw-p 00000000 00:00 0\n`,
    )
    .join('');
}
