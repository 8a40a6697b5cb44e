import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createSigningKeys,
  startEmulator,
  type Emulator,
  type SigningKeys,
} from '../../harness/emulator/emulator.ts';
import { CredentialSearch } from '../../harness/leaks/credential-forms.ts';

/** wif, as it is built. */
export const builtTool = join(import.meta.dirname, '..', '..', '..', 'build', 'wif', 'wif.mjs');

/** Half of the time of a short test would go into keys of its own. */
let keys: Promise<SigningKeys> | undefined;

/** How a run of wif ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A run of wif, as a process of its own. */
export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** An administrator's desk: an emulator, a folder, and wif as it is built. */
export class Desk {
  readonly emulator: Emulator;
  readonly folder = mkdtempSync(join(tmpdir(), 'desk-'));
  /** Everything that wif ever wrote to a stream. */
  readonly written: string[] = [];
  environment: Readonly<Record<string, string>> = {};
  /** How the administrator of the desk signs in. */
  administrator: Readonly<Record<string, string>> = {};

  constructor(emulator: Emulator) {
    this.emulator = emulator;
  }

  /** Starts wif with the organization given. */
  start(...words: readonly string[]): Running {
    const child = spawn(process.execPath, [builtTool, ...words], {
      cwd: this.folder,
      env: {
        PATH: dirname(process.execPath),
        HOME: this.folder,
        AZDO_ORG_SERVICE_URL: this.emulator.organization.collectionUri,
        ...this.emulator.environment,
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.written.push(out, err);
        resolve({ code, signal, out, err });
      });
    });
    return { ended, kill: (signal) => void child.kill(signal) };
  }

  run(...words: readonly string[]): Promise<Ended> {
    return this.start(...words).ended;
  }

  /** Runs with `--output json`, and must end so. */
  async json<T>(code: number, ...words: readonly string[]): Promise<T> {
    const ended = await this.run(...words, '--output', 'json');
    assert.equal(ended.code, code, `${ended.err}\n${ended.out}`);
    return JSON.parse(ended.out) as T;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  file(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Nothing that the emulator ever issued stands in a stream or in a file. */
  assertNoCredential(...files: readonly string[]): void {
    const search = new CredentialSearch(this.emulator.issued);
    for (const text of [...this.written, ...files.map((name) => this.file(name))]) {
      assert.deepEqual(search.kindsIn(text), []);
    }
  }
}

/** Sets up mocha's hooks: one emulator and one desk for each test, or for a suite that changes nothing. */
export function useDesk(lasts: 'a test' | 'the suite' = 'a test'): () => Desk {
  let desk: Desk | undefined;
  const [begin, end] = lasts === 'a test' ? [beforeEach, afterEach] : [before, after];
  begin(async () => {
    assert.ok(existsSync(builtTool), 'there is no build/wif/wif.mjs: run npm run build:cli first');
    const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
    keys ??= createSigningKeys();
    desk = new Desk(await startEmulator({ folder, keys: await keys }));
    desk.administrator = desk.emulator.office.addAdministrator().environment;
    desk.environment = desk.administrator;
  });
  end(async () => {
    const { emulator, folder } = present(desk);
    await emulator.close();
    rmSync(dirname(emulator.caFile), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return () => present(desk);
}

/** Waits until something is so. */
export async function until(isSo: () => boolean, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!isSo()) {
    assert.ok(Date.now() < end, 'it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'the desk is used outside a test');
  return value;
}
