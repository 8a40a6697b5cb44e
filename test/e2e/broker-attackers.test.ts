import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Stage } from '../harness/stage.ts';
import { attacks, type Target } from './support/attacks.ts';
import { footprintOf, leastFootprint } from './support/footprint.ts';
import { ask, idTokenDoor, managedIdentityDoor, tokenIn } from './support/clients.ts';
import {
  holdStep,
  startHeld,
  type BrokerAtWork,
  type Exported,
  type HeldJob,
} from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;

describe('An attacker on the same host', function () {
  this.timeout(90_000);
  const theatre = useTheatre();
  let stage: Stage;
  let job: HeldJob;
  let exported: Exported;
  let broker: BrokerAtWork;
  let target: Target;

  before(async () => {
    const { emulator } = theatre;
    stage = new Stage(emulator);
    const names = ['victim', 'foreign'];
    const connections = names.map((name) => emulator.addServiceConnection({ name }));
    const steps = [...names].reverse().map(refresher).join('') + holdStep('here');
    job = await startHeld(stage, { steps, connections });
    exported = await job.heldAt('here');
    broker = job.broker;
    target = targetOf(exported, broker);
    // Warm, as after an hour of honest work.
    for (let round = 0; round < 300; round += 1) {
      await ask(idTokenDoor(exported));
      await ask(managedIdentityDoor(exported));
    }
  });
  after(async () => {
    assertGreen(await job.end('here'));
    stage.close();
  });

  for (const [title, bytesOf] of Object.entries(attacks)) {
    it(`gets nothing by ${title}`, async () => {
      const bytes = bytesOf(target);
      const secrets = secretsOf(
        broker,
        theatre.emulator.issued.map(({ value }) => value),
      );
      const answer = await exchange(broker.port, bytes);
      assert.doesNotMatch(answer, /^HTTP\/1\.1 2/m);
      assert.deepEqual(
        secrets.filter((secret) => answer.includes(secret)),
        [],
      );
      await assertHealthy(exported);
    });
  }

  it('gets nothing by a thousand idle connections beside fifty slow ones, and leaves no trace', async () => {
    // A broker that has served a crowd before, and not one whose heap is still finding its size.
    const crowd: Socket[] = [];
    for (let count = 0; count < 1_000; count += 1) crowd.push(await connected(broker.port));
    for (let count = 0; count < 2_000; count += 1) await ask(idTokenDoor(exported));
    for (const socket of crowd) socket.destroy();
    const before = await leastFootprint(broker.pid, 1_000);
    const sockets: Socket[] = [];
    for (let count = 0; count < 1_000; count += 1) sockets.push(await connected(broker.port));
    const slow: Socket[] = [];
    for (let count = 0; count < 50; count += 1) slow.push(await connected(broker.port));
    for (const socket of slow) socket.write(`GET ${target.path} HTTP/1.1\r\n`);
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('X-A: 1\r\n');
    }, 500);
    const during = footprintOf(broker.pid);
    await assertHealthy(exported);
    const ended = Promise.all([...sockets, ...slow].map(closed));
    await Promise.race([ended, pause(40_000)]);
    clearInterval(drip);
    assert.equal([...sockets, ...slow].filter((socket) => !socket.destroyed).length, 0);
    await assertHealthy(exported);
    let after = await leastFootprint(broker.pid, 1_000);
    for (let round = 0; round < 300 && after.anonymous > before.anonymous * 1.1; round += 1) {
      // The collector works when there is work.
      for (let count = 0; count < 50; count += 1) await ask(idTokenDoor(exported));
      after = await leastFootprint(broker.pid, 0);
    }
    const told = JSON.stringify({ before, during, after });
    assert.ok(after.anonymous <= before.anonymous * 1.1, told);
  });
});

function targetOf(exported: Exported, broker: BrokerAtWork): Target {
  const url = new URL(exported['AZURE_OIDC_REQUEST_URL'] ?? '');
  const msi = new URL(exported['IDENTITY_ENDPOINT'] ?? '');
  const own = exported['AZURE_OIDC_REQUEST_TOKEN'] ?? '';
  const foreign = broker.connections.find(({ id }) => !url.pathname.includes(id));
  return {
    host: url.host,
    path: `${url.pathname}${url.search}`,
    own,
    foreign: foreign?.idTokenCapability ?? assert.fail(),
    msi: `${msi.pathname}?api-version=2019-08-01&resource=https://vault.azure.net`,
    msiHeader: exported['IDENTITY_HEADER'] ?? '',
    control: broker.controlCapability,
  };
}

function secretsOf(broker: BrokerAtWork, issued: readonly string[]): readonly string[] {
  const capabilities = broker.connections.flatMap((it) => [
    it.idTokenCapability,
    it.managedIdentityCapability,
  ]);
  return [...issued, ...capabilities, broker.controlCapability];
}

async function assertHealthy(exported: Exported): Promise<void> {
  for (const door of [idTokenDoor(exported), managedIdentityDoor(exported)]) {
    const answer = await ask(door);
    assert.equal(answer.status, 200);
    assert.notEqual(tokenIn(answer), '');
  }
}

/** Everything that comes back within a second, or until the other side has enough. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = await connected(port);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.write(Buffer.from(bytes, 'latin1'));
  await Promise.race([closed(socket), pause(1_000)]);
  socket.destroy();
  return answer;
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      // Whoever is cut off while it writes learns that this way.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    socket.once('close', () => resolve());
    socket.resume();
  });
}
