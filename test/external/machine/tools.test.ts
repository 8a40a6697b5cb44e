import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemProcesses } from '../../../src/external/machine/processes.ts';
import {
  batchCommandLine,
  programEndings,
  systemTools,
  toolEnvironment,
} from '../../../src/external/machine/tools.ts';
import type { ToolOutcome, ToolRun } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';

const isWindows = process.platform === 'win32';

/** Runs JavaScript in another Node. */
const runNode = (script: string, changes: Partial<ToolRun> = {}): Promise<ToolOutcome> =>
  systemTools.run({
    program: process.execPath,
    arguments: ['-e', script, 'one argument', "it's $HOME"],
    environment: {},
    timeoutMs: 10_000,
    ...changes,
  });

describe('Programs', function () {
  this.timeout(60_000);
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
    // Windows knows programs by their endings, the others by a mode.
    const [directory, data, program] = isWindows ? ['az.exe', 'az', 'az.CMD'] : ['az', 'az', 'az'];
    mkdirSync(join(first, directory));
    writeFileSync(join(second, data), 'not executable', { mode: 0o644 });
    writeFileSync(join(third, program), '#!/bin/sh\n');
    chmodSync(join(third, program), 0o755);
    const last = isWindows ? `"${third}"` : third;
    process.env['PATH'] = ['', first, second, last].join(delimiter);
    const found = (await systemTools.find('az')) ?? '';
    assert.equal(found.toLowerCase(), join(third, program).toLowerCase());
    assert.equal(await systemTools.find('pwsh'), undefined);
  });

  if (isWindows) {
    it('that are batch files get their arguments too, and tell how they ended', async () => {
      const directory = join(folder, 'a (b) & c \u00f6');
      mkdirSync(directory);
      const script = `@"${process.execPath}" -p "JSON.stringify(process.argv.slice(1))" %*\r\n@exit /b 3\r\n`;
      writeFileSync(join(directory, 'az.cmd'), script);
      const args = ['login', '@C:\\a b\\\u00f6\\id-token', 'a & b | c > d (e)', '$x'];
      const outcome = await runNode('', {
        program: join(directory, 'az.cmd'),
        arguments: args,
      });
      assert.deepEqual(JSON.parse(outcome.output), args);
      assert.equal(outcome.exitCode, 3);
    });
  }

  it('get their arguments as they are, and their standard input to its end', async () => {
    const script = `let text = ''; process.stdin.on('data', (part) => text += part)
      .on('end', () => console.log(JSON.stringify([process.argv.slice(1), text])))`;
    const outcome = await runNode(script, { input: new Secret('the input\n') });
    assert.equal(outcome.exitCode, 0);
    assert.deepEqual(JSON.parse(outcome.output), [['one argument', "it's $HOME"], 'the input\n']);
  });

  it('tell how they ended and what they wrote', async () => {
    const outcome = await runNode("console.log('1'); console.error('2'); process.exit(71)");
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
      console.log(String(child.pid)); setInterval(() => {}, 1000)`;
    let pid = 0;
    // On a busy machine the time may be over before there is a child.
    for (let timeoutMs = 1_500; pid === 0 && timeoutMs < 30_000; timeoutMs *= 4) {
      const outcome = await runNode(script, { timeoutMs });
      assert.equal(outcome.trouble, 'timeout');
      assert.equal(outcome.exitCode, undefined);
      pid = Number(outcome.output);
    }
    assert.ok(pid > 0);
    for (let round = 0; round < 500 && (await isAlive(pid)); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await isAlive(pid), false);
  });

  it('that leave a child behind with their streams hold nobody up', async () => {
    const script = `const child = require('node:child_process')
      .spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' });
      console.log(String(child.pid)); process.exit(0)`;
    const outcome = await runNode(script, { timeoutMs: 40_000 });
    assert.equal(outcome.exitCode, 0);
    const pid = Number(outcome.output);
    assert.equal(await isAlive(pid), true);
    process.kill(pid, 'SIGKILL');
  });

  it('are heard to a limit only', async () => {
    const outcome = await runNode(
      `const line = 'x'.repeat(1023) + '\\n';
       const lines = line.repeat(1024);
       for (let i = 0; i < 6; i++) { process.stdout.write(lines); process.stderr.write(lines); }
       process.stderr.write('the end');`,
    );
    assert.equal(outcome.exitCode, 0);
    assert.equal(outcome.output.length, 4 * 1024 * 1024);
    assert.ok(outcome.errors.length <= 256 * 1024);
    assert.ok(outcome.errors.endsWith('x\nthe end'));
  });

  it('that cannot be started, or were killed, are no exception', async () => {
    const missing = await runNode('', { program: join(folder, 'none') });
    assert.deepEqual(missing, { trouble: 'not started', output: '', errors: '' });
    const killed = await runNode("process.kill(process.pid, 'SIGKILL')");
    // Windows gives an exit code also to what was ended by force.
    assert.deepEqual(
      [killed.trouble, killed.exitCode],
      isWindows ? [undefined, 1] : ['ended', undefined],
    );
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

describe('The endings of programs on Windows', () => {
  it('are those of what can be started without a shell, in the order of the system', () => {
    const endings = programEndings('.COM;.EXE;.BAT;.CMD;.VBS;.JS;.PY;;.cpl');
    assert.deepEqual(endings, ['.COM', '.EXE', '.BAT', '.CMD']);
    assert.deepEqual(programEndings('.cmd;.exe'), ['.cmd', '.exe']);
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

/** One that nobody has buried yet does not live: not every container has somebody who does. */
async function isAlive(pid: number): Promise<boolean> {
  return (await systemProcesses.identity(pid)) !== undefined;
}
