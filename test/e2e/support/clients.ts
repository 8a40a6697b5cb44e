import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Exported } from './held-job.ts';
import { metronome } from './metronome.ts';

/** Where a tool asks, and with what. */
export interface Door {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly receivedMs: number;
}

const resource = encodeURIComponent('https://management.azure.com/');

/** The ID-token door as the variables say it. */
export const idTokenDoor = (exported: Exported): Door => ({
  url: `${exported['AZURE_OIDC_REQUEST_URL'] ?? ''}&audience=api%3A%2F%2FAzureADTokenExchange`,
  headers: { authorization: `Bearer ${exported['AZURE_OIDC_REQUEST_TOKEN'] ?? ''}` },
});

/** The managed-identity door as the variables say it. */
export const managedIdentityDoor = (exported: Exported, wanted = resource): Door => ({
  url: `${exported['IDENTITY_ENDPOINT'] ?? ''}?api-version=2019-08-01&resource=${wanted}`,
  headers: { 'x-identity-header': exported['IDENTITY_HEADER'] ?? '' },
});

/** One request on a connection of its own, or on one of the agent's. */
export function ask({ url, headers }: Door, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, text, receivedMs: Date.now() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Each of two jobs opens its own doors, and none of the other's. */
export async function assertKeptApart(mine: Exported, yours: Exported): Promise<void> {
  for (const doorOf of [idTokenDoor, managedIdentityDoor]) {
    const [inside, outside] = [doorOf(mine), doorOf(yours)];
    assert.equal((await ask(inside)).status, 200);
    assert.equal((await ask(outside)).status, 200);
    assert.equal((await ask({ ...inside, headers: outside.headers })).status, 401);
    assert.equal((await ask({ ...outside, headers: inside.headers })).status, 401);
  }
}

/** The token of a good answer; empty where there is none. */
export function tokenIn({ text }: Answer): string {
  const body = JSON.parse(text) as { value?: string; access_token?: string };
  return body.value ?? body.access_token ?? '';
}

/** When a token ends, in ms since 1970. */
export const endOf = (token: string): number => claimsOf(token).exp * 1_000;

function claimsOf(token: string): { readonly iat: number; readonly exp: number } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(payload) as { iat: number; exp: number };
}

/** What the clock of an issuer differed from ours, where it may be none or this much. */
function skewOf(token: string, receivedMs: number, skewMs: number): number {
  const differenceMs = claimsOf(token).iat * 1_000 - receivedMs;
  return skewMs === 0 ? 0 : Math.round(differenceMs / skewMs) * skewMs;
}

export interface Experience {
  readonly answers: number;
  /** In words, the first ten; without those for which the machine had stood still. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** Answers whose token had ended when it arrived. */
  readonly expired: number;
  readonly tokens: ReadonlySet<string>;
  readonly maxMs: number;
}

/** A client that asks again and again, as a tool of a long job does. */
export class SteadyClient {
  readonly #door: Door;
  readonly #everyMs: number;
  /** What the clock of the issuers may be ahead of ours, or behind it. */
  readonly #skewMs: number;
  readonly #tokens = new Set<string>();
  readonly #failures: string[] = [];
  #answers = 0;
  #failed = 0;
  #expired = 0;
  #maxMs = 0;
  #isOn = true;
  readonly #done: Promise<void>;

  constructor(door: Door, everyMs = 100, skewMs = 0) {
    this.#door = door;
    this.#everyMs = everyMs;
    this.#skewMs = skewMs;
    this.#done = this.#work();
  }

  get answers(): number {
    return this.#answers;
  }

  async stop(): Promise<Experience> {
    this.#isOn = false;
    await this.#done;
    return {
      answers: this.#answers,
      failures: this.#failures,
      failed: this.#failed,
      expired: this.#expired,
      tokens: this.#tokens,
      maxMs: this.#maxMs,
    };
  }

  async #work(): Promise<void> {
    while (this.#isOn) {
      const begun = performance.now();
      const begunMs = Date.now();
      await ask(this.#door).then(
        (answer) => this.#note(answer, Math.max(begunMs, metronome.hereSinceMs)),
        (error: unknown) => this.#fail(String(error)),
      );
      this.#maxMs = Math.max(this.#maxMs, performance.now() - begun);
      await pause(this.#everyMs);
    }
  }

  /** `hereMs` is when the answer may have been here at the earliest, in ms since 1970. */
  #note(answer: Answer, hereMs: number): void {
    if (answer.status !== 200) {
      this.#fail(`${answer.status} ${answer.text.slice(0, 300)}`);
      return;
    }
    this.#answers += 1;
    const token = tokenIn(answer);
    this.#tokens.add(token);
    const ownTimeMs = hereMs + skewOf(token, answer.receivedMs, this.#skewMs);
    if (endOf(token) <= ownTimeMs) this.#expired += 1;
  }

  #fail(what: string): void {
    if (metronome.stoodStillBefore(Date.now())) return;
    this.#failed += 1;
    if (this.#failures.length < 10) this.#failures.push(`${new Date().toISOString()} ${what}`);
  }
}
