import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultKind, FaultPlace } from '../harness/emulator/emulator.ts';
import {
  ask,
  endOf,
  idTokenDoor,
  managedIdentityDoor,
  SteadyClient,
  tokenIn,
} from './support/clients.ts';
import { holdStep, playHeld } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

interface No {
  readonly title: string;
  readonly jobTokenSeconds?: number;
  readonly fault?: { readonly at: FaultPlace; readonly kind: FaultKind };
  readonly doorOf: typeof idTokenDoor;
  readonly code: string;
  readonly remedy: RegExp;
}

const table: readonly No[] = [
  {
    title: 'the token of the job ends',
    jobTokenSeconds: 25,
    doorOf: idTokenDoor,
    code: 'JOB_TOKEN_REFUSED',
    remedy: /split the work into shorter jobs/,
  },
  {
    title: 'a Conditional Access policy comes into force',
    fault: { at: 'entra', kind: { aadsts: 53003 } },
    doorOf: (exported) => managedIdentityDoor(exported),
    code: 'AADSTS53003',
    remedy: /policy for workload identities must let this agent's network through/,
  },
];

const steps = `
  - task: TokenRefresher@1
    inputs: { azureSubscription: refused, managedIdentity: true }
${holdStep('here')}`;

describe('A definite no in the middle of a job', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const { title, jobTokenSeconds, fault, doorOf, code, remedy } of table) {
    it(`leaves clients the last good token to its end, then tells them why: ${title}`, async () => {
      const { emulator, stage } = theatre;
      Object.assign(emulator.lifetimes, { idTokenSeconds: 15, accessTokenSeconds: 15 });
      const connections = [emulator.addServiceConnection({ name: 'refused' })];
      const job = jobTokenSeconds === undefined ? {} : { jobTokenSeconds };
      const play = await playHeld(stage, { steps, connections, ...job }, async (held) => {
        const door = doorOf(await held.heldAt('here'));
        let last = tokenIn(await ask(door));
        const injected = fault === undefined ? undefined : emulator.faults.inject(fault);
        const client = new SteadyClient(door, 100);
        let answer = await ask(door);
        while (answer.status === 200) {
          last = tokenIn(answer);
          await pause(100);
          answer = await ask(door);
        }
        const { failures, expired } = await client.stop();
        assert.equal(expired, 0);
        assert.ok(
          failures.every((failure) => failure.includes(code)),
          failures.join('\n'),
        );
        // A second of the life is the rounding of the issuers, another one is for this machine.
        assert.ok(answer.receivedMs > endOf(last) - 3_000, 'told before the last token ended');
        assert.equal(answer.status, 403);
        assert.match(answer.text, new RegExp(code));
        assert.match(answer.text, remedy);
        const refusals = (): number =>
          emulator.journal.count(({ status }) => status === 401 || status === 400);
        const before = refusals();
        for (let round = 0; round < 20; round += 1) await ask(door);
        assert.equal(refusals(), before, 'asked upstream again although the answer is known');
        injected?.clear();
        held.letGo('here');
      });
      assertGreen(play);
      assert.match(play.report.log, new RegExp(`last trouble at .*\\(${code}\\)`));
      assert.match(play.report.log, /It had not passed when the job ended/);
      assert.match(play.report.summaries.join('\n'), remedy);
      emulator.journal.clear();
    });
  }
});

describe('A network that cuts every TLS handshake', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('is not noticed by clients, when it recovers before the tokens end', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, { idTokenSeconds: 45, accessTokenSeconds: 41 });
    const connections = [emulator.addServiceConnection({ name: 'refused' })];
    const play = await playHeld(stage, { steps, connections }, async (held) => {
      const exported = await held.heldAt('here');
      const clients = [idTokenDoor(exported), managedIdentityDoor(exported)].map(
        (door) => new SteadyClient(door),
      );
      await pause(2_000);
      const faults = (['oidctoken', 'entra'] as const).map((at) =>
        emulator.faults.inject({ at, kind: 'tls-reset' }),
      );
      // Both tokens come to be replaced.
      await pause(24_000);
      for (const fault of faults) fault.clear();
      const mark = emulator.journal.mark();
      while (emulator.journal.since(mark).length === 0) await pause(100);
      for (const client of clients) {
        const { failures, expired } = await client.stop();
        assert.deepEqual(failures, []);
        assert.equal(expired, 0);
      }
      const hits = faults.reduce((sum, fault) => sum + fault.hits, 0);
      assert.ok(hits >= 2 && hits <= 12, `${hits} handshakes failed`);
      held.letGo('here');
    });
    assertGreen(play);
  });
});
