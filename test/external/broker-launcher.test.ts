import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartMessage } from '../../src/broker/messages.ts';
import { startBroker } from '../../src/external/broker-launcher.ts';
import { goneWithin } from '../e2e/support/held-job.ts';

const secret = 'the-job-access-token';
const message = { settings: { job: { jobAccessToken: secret } } } as unknown as StartMessage;

/** A program that tells what it sees of its surroundings. */
const mirror = `
import { readFileSync, readlinkSync } from 'node:fs';
process.once('message', (message) => {
  const read = (name) => readFileSync('/proc/self/' + name, 'utf8').split('\\0');
  const streams = [0, 1, 2].map((fd) => readlinkSync('/proc/self/fd/' + fd));
  const session = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[3];
  process.send({
    registration: { message, arguments: read('cmdline'), environment: read('environ'), streams,
      cwd: process.cwd(), isLeader: session === String(process.pid), pid: process.pid },
  });
});
`;

interface Seen {
  readonly message: unknown;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly streams: readonly string[];
  readonly cwd: string;
  readonly isLeader: boolean;
  readonly pid: number;
}

describe('The start of the broker', function () {
  this.timeout(20_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const script = (text: string): string => {
    const path = join(folder, 'script.mjs');
    writeFileSync(path, text);
    return path;
  };

  it('hands over the order on its own channel, and only the environment that is allowed', async () => {
    const given = {
      VSTS_PROCESS_LOOKUP_ID: 'vsts_1',
      https_proxy: 'http://proxy.example:1',
      No_Proxy: 'localhost',
      NODE_EXTRA_CA_CERTS: '',
      LC_ALL: 'C.UTF-8',
      SECRET_PASSWORD: 'hidden',
      INPUT_AZURESUBSCRIPTION: 'hidden',
      ENDPOINT_AUTH_SYSTEMVSSCONNECTION: 'hidden',
      SYSTEM_ACCESSTOKEN: 'hidden',
      AZURE_CLIENT_SECRET: 'hidden',
      NODE_OPTIONS: '--no-warnings',
    };
    const before = { ...process.env };
    Object.assign(process.env, given);
    try {
      const answer = await startBroker(script(mirror), message);
      assert.ok('registration' in answer);
      const seen = answer.registration as unknown as Seen;
      assert.deepEqual(seen.message, message);
      const names = seen.environment.map((entry) => entry.split('=')[0] ?? '');
      const allowed =
        /^(VSTS_PROCESS_LOOKUP_ID|PATH|HOME|TMPDIR|TMP|TEMP|LANG|LC_\w+|((HTTPS?|ALL|NO)_PROXY)|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_(FILE|DIR)|NODE_CHANNEL_\w+|)$/i;
      assert.deepEqual(
        names.filter((name) => !allowed.test(name)),
        [],
      );
      for (const name of ['VSTS_PROCESS_LOOKUP_ID', 'PATH', 'https_proxy', 'No_Proxy', 'LC_ALL']) {
        assert.ok(names.includes(name), name);
      }
      const visible = [...seen.arguments, ...seen.environment].join('\n');
      assert.ok(!visible.includes(secret));
      assert.ok(!visible.includes('hidden'));
      assert.deepEqual(seen.streams, Array<string>(3).fill('/dev/null'));
      assert.equal(seen.cwd, '/');
      assert.equal(seen.isLeader, true);
      // With the channel closed there is nothing that keeps this program.
      await goneWithin(seen.pid, 10_000);
    } finally {
      for (const name of Object.keys(given)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });

  for (const [title, text, why] of [
    ['ends at once', 'process.exit(3);', /exit code 3/],
    ['throws', 'throw new Error("no");', /exit code 1/],
    ['is no program', 'this is no program', /exit code 1/],
    ['is killed', 'process.kill(process.pid, "SIGKILL");', /SIGKILL/],
    ['lets go without a word', 'process.disconnect();', /exit code 0|could not be told/],
  ] as const) {
    it(`is told as a failure with its remedy, when the process ${title}`, async () => {
      const answer = await startBroker(script(text), message);
      assert.ok('failure' in answer);
      assert.equal(answer.failure.code, 'BROKER_NOT_STARTED');
      assert.equal(answer.failure.kind, 'definite');
      assert.match(answer.failure.message, why);
      assert.match(answer.failure.remedy, /refresh: false/);
    });
  }

  it('hands on the failure that the process tells of', async () => {
    const failure = { code: 'DEVOPS_UNAVAILABLE', message: 'm', remedy: 'r', kind: 'transient' };
    const text = `process.once('message', () => process.send({ failure: ${JSON.stringify(failure)} }));`;
    assert.deepEqual(await startBroker(script(text), message), { failure });
  });
});
