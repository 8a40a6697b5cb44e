import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeToOthers,
  closingArguments,
} from '../../../src/external/files/access-control-list.ts';
import { makeByMode, makeClosedDirectory } from '../../../src/external/files/private-directory.ts';

const unsafe = { code: 'STATE_DIRECTORY_UNSAFE' };
const isWindows = process.platform === 'win32';

/** A real folder for each test. */
function withFolder(body: (path: (name: string) => string) => void): void {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build agent \u00f6 '));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  body((name) => join(folder, name));
}

if (isWindows) {
  describe('A private directory on Windows', () => {
    withFolder((path) => {
      it('is refused where the program is missing', async () => {
        await assert.rejects(makeClosedDirectory(path('state'), path('none.exe')), unsafe);
        assert.deepEqual(readdirSync(path('.')), []);
      });
    });
  });
} else {
  describe('A private directory with an access control list', () => {
    withFolder((path) => {
      /** Stands in for icacls.exe, which only Windows has. */
      const program = (script: string): string => {
        writeFileSync(path('icacls'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
        return path('icacls');
      };

      it('has its list, before it has its name and anything in it', async () => {
        const record = `[ -e '${path('state')}' ] || printf '%s\\n' "$@" > '${path('seen')}'`;
        await makeClosedDirectory(path('state'), program(record));
        const [draft = '', ...rest] = readFileSync(path('seen'), 'utf8').trimEnd().split('\n');
        assert.ok(draft.startsWith(`${path('state')}.`));
        assert.deepEqual(rest, closingArguments(draft).slice(1));
        assert.deepEqual(readdirSync(path('state')), []);
        assert.equal(existsSync(draft), false);
      });

      it('tells the program nothing of the environment of the job', async () => {
        process.env['SECRET_PASSWORD'] = 'x';
        try {
          const script = `/usr/bin/env > '${path('seen')}'`;
          await makeClosedDirectory(path('state'), program(script));
        } finally {
          delete process.env['SECRET_PASSWORD'];
        }
        assert.doesNotMatch(readFileSync(path('seen'), 'utf8'), /SECRET_PASSWORD|HOME/);
      });

      for (const [what, script, why] of [
        ['the list is refused', 'exit 5', /icacls.exe ended with exit code 5/],
        ['the program dies', 'kill -9 $$', /icacls.exe could not be run/],
        [
          'somebody was faster to put something there',
          'echo x > "$1/broker.json"',
          /not a private/,
        ],
      ] as const) {
        it(`is refused where ${what}, and nothing is left of it`, async () => {
          const making = makeClosedDirectory(path('state'), program(script));
          await assert.rejects(making, { ...unsafe, message: why });
          assert.deepEqual(readdirSync(path('.')), ['icacls']);
        });
      }

      it('is refused where the program is missing', async () => {
        const message = /icacls.exe could not be run \(ENOENT\), so no token is put there/;
        await assert.rejects(makeClosedDirectory(path('state'), path('none')), {
          ...unsafe,
          message,
        });
        assert.deepEqual(readdirSync(path('.')), []);
      });

      it('does not wait for ever for the program', async () => {
        assert.equal(
          await closeToOthers(path('.'), program('exec sleep 30'), 300),
          'did not end in time',
        );
      });

      it('is made once: the next task of the job starts no program', async () => {
        await makeClosedDirectory(path('state'), program('exit 0'));
        await makeClosedDirectory(path('state'), program('exit 5'));
      });

      it('is refused where a file or a link has its name', async () => {
        mkdirSync(path('elsewhere'), { mode: 0o700 });
        symlinkSync(path('elsewhere'), path('link'));
        writeFileSync(path('file'), '', { mode: 0o600 });
        for (const name of ['link', 'file']) {
          await assert.rejects(makeClosedDirectory(path(name), program('exit 0')), unsafe);
        }
      });
    });
  });
}

if (!isWindows) {
  describe('A directory on a volume that keeps no permissions', () => {
    withFolder((path) => {
      /** As SMB and FAT do: whatever mode is asked for, the volume has its own. */
      const make = (directory: string): Promise<void> => {
        mkdirSync(directory);
        chmodSync(directory, 0o777);
        return Promise.resolve();
      };
      const isTold = { ...unsafe, message: /volume that keeps no permissions/ };

      it('is refused as what it is, and leaves nothing', async () => {
        await assert.rejects(makeByMode(path('state'), make), isTold);
        assert.deepEqual(readdirSync(path('.')), []);
      });

      it('is told from one that somebody else has made', async () => {
        await make(path('state'));
        await assert.rejects(makeByMode(path('state'), make), isTold);
        await assert.rejects(makeByMode(path('state')), { ...unsafe, message: /is not a private/ });
        assert.deepEqual(readdirSync(path('.')), ['state']);
      });
    });
  });
}
