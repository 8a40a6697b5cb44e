import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Room for a job; the disk of the test itself stays as it is. */
const options = 'size=1m,nr_inodes=400';

/** A small volume of its own in place of a folder: it can be filled, and closed to writers. */
export class TempVolume {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static mountedAt(folder: string): TempVolume {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    return new TempVolume(folder);
  }

  fill(): void {
    const file = openSync(join(this.folder, 'filler'), 'w');
    try {
      untilFull(() => writeSync(file, Buffer.alloc(4_096)));
    } finally {
      closeSync(file);
    }
  }

  useUpInodes(): void {
    const folder = join(this.folder, 'fillers');
    mkdirSync(folder);
    let number = 0;
    untilFull(() => {
      closeSync(openSync(join(folder, String(number)), 'w'));
      number += 1;
    });
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder]);
  }

  /** As a script that cleans up too well. */
  removeFolder(): void {
    for (const name of readdirSync(this.folder)) {
      rmSync(join(this.folder, name), { recursive: true });
    }
    this.unmount();
    rmSync(this.folder, { recursive: true });
  }

  unmount(): void {
    try {
      // Whoever still has a file open there keeps it; nobody else finds it any more.
      execFileSync('umount', ['--lazy', this.folder], { stdio: 'ignore' });
    } catch {
      // It is not mounted any more.
    }
  }
}

function untilFull(write: () => void): void {
  try {
    for (;;) write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** What can happen to the volume of a temp folder. */
export interface DiskTrouble {
  /** Continues "it is". */
  readonly title: string;
  readonly strike: (volume: TempVolume) => void;
  /** What a step says of it. */
  readonly says: RegExp;
  /** Whether the post-job step misses something: a record that it cannot attach. */
  readonly isTold: boolean;
}

export const diskTroubles: readonly DiskTrouble[] = [
  {
    title: 'full',
    strike: (volume) => volume.fill(),
    says: /full \(ENOSPC\)/,
    isTold: false,
  },
  {
    title: 'out of inodes',
    strike: (volume) => volume.useUpInodes(),
    says: /full \(ENOSPC\)/,
    isTold: false,
  },
  {
    title: 'read-only',
    strike: (volume) => volume.makeReadOnly(),
    says: /read-only \(EROFS\)/,
    isTold: true,
  },
  {
    title: 'missing',
    strike: (volume) => volume.removeFolder(),
    says: /missing \(ENOENT\)/,
    isTold: false,
  },
];
