import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, idTokenDoor, managedIdentityDoor } from './support/clients.ts';
import { holdStep, isAlive, playHeld, type BrokerAtWork } from './support/held-job.ts';
import { assertClean, assertGreen, useTheatre } from './support/theatre.ts';

const refresher = `
  - task: TokenRefresher@1
    inputs: { azureSubscription: shop, managedIdentity: true }
`;

/** Something that listens, and hears what it is told. */
interface Listener {
  readonly server: Server;
  readonly heard: string[];
}

async function listenAt(port: number): Promise<Listener> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => heard.push(chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, heard };
}

describe('State that is not of this run', function () {
  this.timeout(120_000);
  const theatre = useTheatre();
  let kept = '';
  beforeEach(() => {
    kept = mkdtempSync(join(tmpdir(), 'kept-'));
  });
  afterEach(() => rmSync(kept, { recursive: true, force: true }));

  /** A run with a broker, whose state directory is copied aside; and the ID of its job. */
  async function earlierRun(): Promise<{ readonly broker: BrokerAtWork; readonly jobId: string }> {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'shop' })];
    const steps = refresher + holdStep('here');
    const seen: { broker?: BrokerAtWork; jobId?: string } = {};
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      seen.jobId = (await job.heldAt('here'))['SYSTEM_JOBID'] ?? '';
      seen.broker = job.broker;
      cpSync(job.stateDirectory, join(kept, 'state'), { recursive: true });
      job.letGo('here');
    });
    assertGreen(play);
    const { broker = assert.fail(), jobId = assert.fail() } = seen;
    return { broker, jobId };
  }

  it('is not used by a second run with the same job ID: its copy, or one that was made up of it', async () => {
    const { emulator, stage } = theatre;
    const { broker: before, jobId } = await earlierRun();
    const listener = await listenAt(before.port);
    const victim = spawn('sleep', ['100'], { stdio: 'ignore' });
    const connections = [emulator.addServiceConnection({ name: 'shop' })];
    const state = join(kept, 'state', 'broker.json');
    const original = JSON.parse(readFileSync(state, 'utf8')) as object;
    const stranger = { pid: victim.pid, identity: startOf(victim.pid ?? 0) };
    const steps =
      holdStep('copied') + refresher + holdStep('between') + refresher + holdStep('after');
    try {
      const play = await playHeld(stage, { steps, connections, jobId }, async (job) => {
        await job.heldAt('copied');
        cpSync(join(kept, 'state'), job.stateDirectory, { recursive: true });
        writeFileSync(
          join(job.stateDirectory, 'broker.json'),
          JSON.stringify({ ...original, process: stranger }),
        );
        job.letGo('copied');
        const exported = await job.heldAt('between');
        const { broker: own } = job;
        assert.notEqual(own.brokerId, before.brokerId);
        assert.notEqual(own.port, before.port);
        const [one, other] = [own, before].map(({ connections: [first] }) => first);
        assert.notEqual(one?.idTokenCapability, other?.idTokenCapability);
        assert.equal((await ask(idTokenDoor(exported))).status, 200);
        // A sibling: what stands there now, but of another seal.
        const text = readFileSync(join(job.stateDirectory, 'broker.json'), 'utf8');
        const forged = { ...(JSON.parse(text) as object), port: before.port };
        writeFileSync(join(job.stateDirectory, 'broker.json'), JSON.stringify(forged));
        job.letGo('between');
        assert.equal((await ask(managedIdentityDoor(await job.heldAt('after')))).status, 200);
        job.letGo('after');
      });
      assertGreen(play);
      assert.deepEqual(listener.heard, []);
      assert.ok(isAlive(victim.pid ?? 0));
    } finally {
      victim.kill('SIGKILL');
      listener.server.close();
    }
  });
});

describe('What stands in the place of files, and listens to processes', function () {
  this.timeout(120_000);
  const theatre = useTheatre();

  it('holds up no step, and hears no capability: pipes that nobody writes to, and NODE_DEBUG', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'shop' })];
    const debug = 'http,https,net,tls,fs,child_process,stream';
    const steps = `
  - bash: |
      mkdir -m 700 "$AGENT_TEMPDIRECTORY/workload-identity" && cd "$AGENT_TEMPDIRECTORY/workload-identity"
      mkfifo -m 600 broker.json last-words.json timeline.json
${refresher}    continueOnError: true
    displayName: a pipe
  - bash: |
      rm -r "$AGENT_TEMPDIRECTORY/workload-identity"
      echo '##vso[task.setvariable variable=NODE_DEBUG]${debug}'
${refresher}${holdStep('debugged')}${refresher}`;
    const seen: { broker?: BrokerAtWork } = {};
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      const exported = await job.heldAt('debugged');
      assert.equal((await ask(idTokenDoor(exported))).status, 200);
      seen.broker = job.broker;
      const words = join(job.stateDirectory, 'last-words.json');
      rmSync(words, { force: true });
      execFileSync('mkfifo', ['-m', '600', words]);
      job.letGo('debugged');
    });
    assert.equal(play.report.result, 'SucceededWithIssues', play.report.log);
    assertClean(play);
    const refused = play.report.steps.find(({ displayName }) => displayName === 'a pipe');
    assert.match(refused?.issues[0]?.message ?? '', /\(STATE_DIRECTORY_UNSAFE\)$/);
    assert.ok((refused?.durationMs ?? Infinity) < 5_000);
    const { controlCapability, connections: kept } = seen.broker ?? assert.fail();
    // The lines show what Node wrote, so that the test cannot pass by an empty variable.
    assert.match(play.report.rawLog, /HTTP \d+:/);
    const lines = play.report.rawLog.split('\n').filter((line) => !line.startsWith('##vso['));
    const capabilities = [
      controlCapability,
      ...kept.flatMap((one) => [one.idTokenCapability, one.managedIdentityCapability]),
    ];
    assert.equal(capabilities.length, 3);
    const shown = lines.filter((line) => capabilities.some((one) => line.includes(one)));
    assert.deepEqual(shown, []);
  });

  it('shows no token in the log with NODE_DEBUG, where a step asks Azure itself', async () => {
    const { emulator, stage } = theatre;
    const inputs = 'azureSubscription: shop, tools: none, verify: true, refresh: false';
    const played = await stage.play({
      pipeline: `
steps:
  - bash: echo '##vso[task.setvariable variable=NODE_DEBUG]http'
  - task: FederatedLogin@1
    inputs: { ${inputs} }
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: shop, mode: static }
`,
      connections: [emulator.addServiceConnection({ name: 'shop' })],
    });
    assertGreen(played);
    assertClean(played);
    assert.match(played.report.rawLog, /HTTP \d+:/);
  });
});

/** When a process began, as the kernel counts it. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
