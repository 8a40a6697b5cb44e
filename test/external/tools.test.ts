import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { batchCommandLine, systemTools, toolEnvironment } from '../../src/external/tools.ts';
import type { ToolOutcome, ToolRun } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';

/** Runs JavaScript in another Node. */
const runNode = (script: string, changes: Partial<ToolRun> = {}): Promise<ToolOutcome> =>
  systemTools.run({
    program: process.execPath,
    arguments: ['-e', script, 'one argument', "it's $HOME"],
    environment: {},
    timeoutMs: 10_000,
    ...changes,
  });

describe('Programs', () => {
  let folder = '';
  const path = process.env['PATH'];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tools-'));
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  it('are found in the order of PATH, if they can be run', async () => {
    const [first = '', second = '', third = ''] = ['one', 'two', 'three'].map((name) => {
      mkdirSync(join(folder, name));
      return join(folder, name);
    });
    mkdirSync(join(first, 'az'));
    writeFileSync(join(second, 'az'), 'not executable', { mode: 0o644 });
    writeFileSync(join(third, 'az'), '#!/bin/sh\n');
    chmodSync(join(third, 'az'), 0o755);
    process.env['PATH'] = ['', first, second, third].join(delimiter);
    assert.equal(await systemTools.find('az'), join(third, 'az'));
    assert.equal(await systemTools.find('pwsh'), undefined);
  });

  it('get their arguments as they are, and their standard input to its end', async () => {
    const script = `let text = ''; process.stdin.on('data', (part) => text += part)
      .on('end', () => console.log(JSON.stringify([process.argv.slice(1), text])))`;
    const outcome = await runNode(script, { input: new Secret('the input\n') });
    assert.equal(outcome.exitCode, 0);
    assert.deepEqual(JSON.parse(outcome.output), [['one argument', "it's $HOME"], 'the input\n']);
  });

  it('tell how they ended and what they wrote', async () => {
    const outcome = await runNode('console.log(1); console.error(2); process.exit(71)');
    assert.deepEqual(outcome, { exitCode: 71, output: '1\n', errors: '2\n' });
  });

  it('may leave their standard input unread', async () => {
    const outcome = await runNode('process.exit(0)', { input: 'x'.repeat(1_000_000) });
    assert.equal(outcome.exitCode, 0);
  });

  it('are ended with their children when their time is over', async () => {
    const child = `setInterval(() => {}, 1000)`;
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      console.log(child.pid); setInterval(() => {}, 1000)`;
    const outcome = await runNode(script, { timeoutMs: 1_500 });
    assert.equal(outcome.trouble, 'timeout');
    assert.equal(outcome.exitCode, undefined);
    const pid = Number(outcome.output);
    assert.ok(pid > 0);
    for (let round = 0; round < 100 && isAlive(pid); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(isAlive(pid), false);
  });

  it('that leave a child behind with their streams hold nobody up', async () => {
    const script = `require('node:child_process')
      .spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8000)'], { stdio: 'inherit' }).unref();
      console.log('done'); process.exit(0)`;
    const startedAt = performance.now();
    const outcome = await runNode(script);
    assert.equal(outcome.exitCode, 0);
    assert.equal(outcome.output, 'done\n');
    assert.ok(performance.now() - startedAt < 6_000);
  });

  it('are heard to a limit only', async () => {
    const outcome = await runNode(
      `const line = 'x'.repeat(1024 * 1024);
       for (let i = 0; i < 6; i++) { process.stdout.write(line); process.stderr.write(line); }`,
    );
    assert.equal(outcome.exitCode, 0);
    assert.equal(outcome.output.length, 4 * 1024 * 1024);
    assert.equal(outcome.errors.length, 256 * 1024);
  });

  it('that cannot be started, or were killed, are no exception', async () => {
    const missing = await runNode('', { program: join(folder, 'none') });
    assert.deepEqual(missing, { trouble: 'not started', output: '', errors: '' });
    const killed = await runNode("process.kill(process.pid, 'SIGKILL')");
    assert.equal(killed.trouble, 'ended');
  });
});

describe("A program's environment", () => {
  const own = {
    PATH: '/bin',
    MINE: 'yes',
    GONE: 'x',
    INPUT_AZURESUBSCRIPTION: 'x',
    SECRET_PASSWORD: 'x',
    ENDPOINT_AUTH_1: 'x',
    SECUREFILE_TICKET_1: 'x',
    VSTS_TASKVARIABLE_X: 'x',
    SYSTEM_ACCESSTOKEN: 'x',
    VSTS_HTTP_PROXY_PASSWORD: 'x',
    endpoint_url_1: 'x',
    SYSTEM_TEAMPROJECT: 'contoso',
    VSTS_PROCESS_LOOKUP_ID: 'mark',
  };

  it('is what a later step sees, with the changes', () => {
    const changes = { GONE: undefined, MINE: 'changed', NEW: new Secret('capability') };
    assert.deepEqual(toolEnvironment(own, changes), {
      PATH: '/bin',
      MINE: 'changed',
      NEW: 'capability',
      SYSTEM_TEAMPROJECT: 'contoso',
      VSTS_PROCESS_LOOKUP_ID: 'mark',
    });
  });

  it('is the one that it really gets', async () => {
    process.env['INPUT_TOOLS_TEST'] = 'x';
    try {
      const { output } = await runNode('console.log(JSON.stringify(process.env))', {
        environment: { ADDED: new Secret('y'), HOME: undefined },
      });
      const environment = JSON.parse(output) as Record<string, string>;
      assert.equal(environment['ADDED'], 'y');
      assert.equal('HOME' in environment, false);
      assert.equal('INPUT_TOOLS_TEST' in environment, false);
    } finally {
      delete process.env['INPUT_TOOLS_TEST'];
    }
  });
});

describe('The command line of a batch file', () => {
  it('quotes every part, and all of it once more for cmd.exe', () => {
    assert.equal(
      batchCommandLine('C:\\Program Files (x86)\\az & co\\az.cmd', ['login', '@C:\\t\\id-token']),
      '""C:\\Program Files (x86)\\az & co\\az.cmd" "login" "@C:\\t\\id-token""',
    );
  });

  for (const part of ['a"b', '%PATH%', 'a!b', 'a^b', 'a\nb', 'a\u0000b', 'C:\\dir\\']) {
    it(`refuses ${JSON.stringify(part)}`, () => {
      assert.throws(() => batchCommandLine('az.cmd', [part]), TypeError);
    });
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
