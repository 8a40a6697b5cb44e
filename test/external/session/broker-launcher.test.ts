import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { startBroker, WaitingBroker } from '../../../src/external/session/broker-launcher.ts';
import { readRegistrationAnswer } from '../../../src/wire/messages.ts';
import type { StartMessage } from '../../../src/wire/start-message.ts';
import { goneWithin } from '../../e2e/support/held-job.ts';

const secret = 'the-job-access-token';
const message = {
  settings: { job: { jobAccessToken: secret } },
  connection: {},
} as unknown as StartMessage;

const isLinux = process.platform === 'linux';
const isWindows = process.platform === 'win32';

/** What the system gives to every process, since little works without it; Wine adds its own. */
const always = isWindows
  ? /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|USERPROFILE|USERNAME|USERDOMAIN|HOMEDRIVE|HOMEPATH|LOGONSERVER|WINE\w+)$/i
  : /^__CF_USER_TEXT_ENCODING$/;

/** What a process sees of itself: on Linux as others see it, elsewhere as Node tells it. */
const sight = isLinux
  ? `
  const read = (name) => readFileSync('/proc/self/' + name, 'utf8').split('\\0');
  const session = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[3];
  const seen = { arguments: read('cmdline'), environment: read('environ'),
    streams: [0, 1, 2].map((fd) => readlinkSync('/proc/self/fd/' + fd)),
    isLeader: session === String(process.pid) };`
  : `
  const isNothing = (fd) => fstatSync(fd).isCharacterDevice() && !isatty(fd);
  const seen = { arguments: [...process.execArgv, ...process.argv],
    environment: Object.entries(process.env).map((entry) => entry.join('=')),
    streams: [0, 1, 2].map((fd) => (isNothing(fd) ? '/dev/null' : 'something')) };`;

/** A program that tells what it sees of its surroundings. */
const mirror = `
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { isatty } from 'node:tty';
process.once('message', (message) => {${sight}
  process.send({ registration: { ...seen, message, cwd: process.cwd(), pid: process.pid } });
});
`;

interface Seen {
  readonly message: unknown;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly streams: readonly string[];
  readonly cwd: string;
  /** Of a session of its own; told on Linux only. */
  readonly isLeader?: boolean;
  readonly pid: number;
}

interface Mirrored {
  readonly registration: Seen;
}

describe('The start of the broker', function () {
  this.timeout(90_000);
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
      NODE_OPTIONS: '--no-warnings --use-openssl-ca --title=hidden',
      SYSTEM_OIDCREQUESTURI: 'https://dev.azure.com/contoso/oidctoken',
      AGENT_CAINFO: '/agent/authorities.pem',
      AGENT_PROXYURL: '',
      AGENT_PROXYPASSWORD: 'hidden',
    };
    const before = { ...process.env };
    Object.assign(process.env, given);
    try {
      const { registration: seen } = (await startBroker(script(mirror), message)) as Mirrored;
      assert.deepEqual(seen.message, message);
      const names = seen.environment.map((entry) => entry.split('=')[0] ?? '');
      const allowed =
        /^(VSTS_PROCESS_LOOKUP_ID|PATH|HOME|TMPDIR|TMP|TEMP|LANG|LC_\w+|NODE_OPTIONS|((HTTPS?|ALL|NO)_PROXY)|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_(FILE|DIR)|NODE_CHANNEL_\w+|SYSTEM_OIDCREQUESTURI|AGENT_(CAINFO|PROXYURL)|)$/i;
      assert.deepEqual(
        names.filter((name) => !allowed.test(name) && !always.test(name)),
        [],
      );
      const known = new Set(isWindows ? names.map((name) => name.toUpperCase()) : names);
      for (const name of [
        ...['VSTS_PROCESS_LOOKUP_ID', 'PATH', 'https_proxy', 'No_Proxy', 'LC_ALL'],
        ...['SYSTEM_OIDCREQUESTURI', 'AGENT_CAINFO'],
      ]) {
        assert.ok(known.has(isWindows ? name.toUpperCase() : name), name);
      }
      const visible = [...seen.arguments, ...seen.environment].join('\n');
      assert.match(visible, /^NODE_OPTIONS=--use-openssl-ca$/m);
      assert.ok(!visible.includes(secret));
      assert.ok(!visible.includes('hidden'));
      assert.deepEqual(seen.streams, Array<string>(3).fill('/dev/null'));
      assert.equal(seen.cwd, parse(process.execPath).root);
      if (isLinux) assert.equal(seen.isLeader, true);
      // With the channel closed there is nothing that keeps this program.
      await goneWithin(seen.pid, 30_000);
    } finally {
      for (const name of Object.keys(given)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });

  for (const [title, text, why] of [
    ['ends at once', 'process.exit(3);', /exit code 3/],
    ['throws', 'throw new Error("no");', /exit code 1/],
    ['is no program', 'this is no program', /exit code 1/],
    // Windows gives an exit code also to what was ended by force.
    ['is killed', 'process.kill(process.pid, "SIGKILL");', isWindows ? /exit code 1/ : /SIGKILL/],
    ['lets go without a word', 'process.disconnect();', /exit code 0|could not be told/],
  ] as const) {
    it(`is told as a failure with its remedy, when the process ${title}`, async () => {
      const answer = readRegistrationAnswer(await startBroker(script(text), message));
      assert.ok('failure' in answer);
      assert.equal(answer.failure.code, 'BROKER_NOT_STARTED');
      assert.equal(answer.failure.kind, 'definite');
      assert.match(answer.failure.message, why);
      assert.match(answer.failure.remedy, /refresh: false/);
    });
  }

  it('is told as a failure, when the system refuses, at once or a moment later', async () => {
    const { execPath } = process;
    try {
      const refused = new WaitingBroker('no\0path');
      process.execPath = join(folder, 'no-node');
      const missing = new WaitingBroker(script(mirror));
      for (const waiting of [refused, missing]) {
        const answer = readRegistrationAnswer(await waiting.take(message));
        assert.ok('failure' in answer);
        assert.match(answer.failure.message, /the system refused/);
      }
    } finally {
      process.execPath = execPath;
    }
  });

  it('is taken back without harm, when the system refused it', async () => {
    const { execPath } = process;
    try {
      process.execPath = join(folder, 'no-node');
      // At once: Node has not told of the refusal yet.
      await new WaitingBroker(script(mirror)).dismiss();
    } finally {
      process.execPath = execPath;
    }
  });

  it('hands on the failure that the process tells of', async () => {
    const failure = { code: 'DEVOPS_UNAVAILABLE', message: 'm', remedy: 'r', kind: 'transient' };
    const text = `process.once('message', () => process.send({ failure: ${JSON.stringify(failure)} }));`;
    assert.deepEqual(await startBroker(script(text), message), { failure });
  });
});
