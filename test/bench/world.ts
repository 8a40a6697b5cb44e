import { unzipSync } from 'fflate';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createCertificateAuthority } from '../harness/emulator/certificate-authority.ts';
import { packageIn } from '../harness/package-file.ts';
import { hosts, plan } from './settings.ts';

/** A request that came upstream. */
export interface Visit {
  readonly service: 'devops' | 'entra' | 'arm';
  readonly id: string;
  readonly scope?: string;
}

/** Azure in a process of its own, so that what it costs is not ours. */
export class Azure {
  readonly authoritiesFile: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, authoritiesFile: string) {
    this.#child = child;
    this.authoritiesFile = authoritiesFile;
  }

  static async open(): Promise<Azure> {
    const authority = createCertificateAuthority();
    const names = Object.values(hosts);
    const identities = names.map((host) => [host, authority.identityFor(host)] as const);
    const keyFile = join(plan.folder, 'identities.json');
    const authoritiesFile = join(plan.folder, 'root.pem');
    writeFileSync(keyFile, JSON.stringify(Object.fromEntries(identities)), { mode: 0o600 });
    writeFileSync(authoritiesFile, authority.certificate);
    const script = join(import.meta.dirname, 'upstream.mjs');
    const child = fork(script, [keyFile, ...names], { execArgv: [] });
    await once(child, 'message');
    return new Azure(child, authoritiesFile);
  }

  /** Moves it away by a round trip of so many ms. */
  async moveTo(roundTripMs: number): Promise<void> {
    await this.#ask('distance', roundTripMs);
  }

  /** Has Entra answer every request with 503, or well again. */
  async breakEntra(isBroken: boolean): Promise<void> {
    await this.#ask('entra out of order', isBroken);
  }

  /** What was asked since the last time. */
  async visits(): Promise<readonly Visit[]> {
    return (await this.#ask('visits')) as readonly Visit[];
  }

  close(): void {
    this.#child.disconnect();
  }

  async #ask(order: string, value?: unknown): Promise<unknown> {
    const answer = once(this.#child, 'message');
    this.#child.send({ order, value });
    return ((await answer) as readonly unknown[])[0];
  }
}

/** The packed extension, unzipped as an agent does it: nobody else's build gets in between. */
export interface Unpacked {
  readonly folder: string;
  readonly packed: Buffer;
}

export function unpackExtension(): Unpacked {
  const packed = readFileSync(packageIn());
  if (plan.built !== undefined) return { folder: resolve(plan.built), packed };
  const folder = join(plan.folder, 'extension');
  for (const [path, content] of Object.entries(unzipSync(packed))) {
    if (path.endsWith('/')) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return { folder, packed };
}

/** A temp folder of a job of its own. */
export function newTempFolder(): string {
  const work = mkdtempSync(join(plan.folder, 'work-'));
  const temp = join(work, '_temp');
  mkdirSync(temp);
  return temp;
}
