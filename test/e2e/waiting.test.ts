import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../harness/emulator/emulator.ts';
import { assertFailsWell } from './support/failing.ts';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

interface Row {
  readonly title: string;
  readonly fault: Pick<Fault, 'at' | 'kind'>;
  readonly code: string;
}

/** Each lasts for twelve seconds, long enough to be logged, and passes. */
const rows: readonly Row[] = [
  {
    title: 'a federated credential that was created seconds ago',
    fault: { at: 'entra', kind: { aadsts: 700213 } },
    code: 'AADSTS700213',
  },
  {
    title: 'a role that was given seconds ago',
    fault: { at: 'arm', kind: { status: 403 } },
    code: 'SUBSCRIPTION_UNREADABLE',
  },
  {
    title: 'an outage of Resource Manager',
    fault: { at: 'arm', kind: { status: 503 } },
    code: 'RESOURCE_MANAGER_UNAVAILABLE',
  },
  {
    title: 'Entra that cannot reach the issuer',
    fault: { at: 'entra', kind: { aadsts: 90061 } },
    code: 'AADSTS90061',
  },
];

describe('What passes', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const { title, fault, code } of rows) {
    it(`is waited for, and logged with its code, while it lasts: ${title}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: code.toLowerCase() });
      const injected = emulator.faults.inject(fault);
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    displayName: login
    inputs: { azureSubscription: ${connection.name}, tools: none }
`,
        connections: [connection],
        meanwhile: async () => {
          // From the first refusal on, however slow the machine is until then.
          while (injected.hits === 0) await sleep(100);
          await sleep(12_000);
          injected.clear();
        },
      });
      assertGreen(play);
      assert.ok(injected.hits >= 2, String(injected.hits));
      const lines = linesOf(play.report, 'login');
      const waits = lines.filter((line) => line.startsWith('Waiting for '));
      assert.ok(waits.length >= 1, lines.join('\n'));
      assert.match(
        waits[0] ?? '',
        new RegExp(`\\(${code}\\).*Tried again until \\d\\d:\\d\\d:\\d\\d UTC`),
      );
      assert.ok(
        lines.some((line) => line.startsWith('Came after ')),
        lines.join('\n'),
      );
    });
  }

  it('is not waited for longer than the author wants, and the failure is the one that it was', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'never', role: false });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: never, tools: none, propagationTimeout: 8 }
`,
      connections: [connection],
    });
    const line = assertFailsWell(play, { code: 'SUBSCRIPTION_UNREADABLE', remedy: /Reader/ });
    assert.match(line, /HTTP 403|HTTP 404/);
    const asked = play.journal.filter(({ route }) => route === 'arm').length;
    assert.ok(asked >= 2 && asked <= 4, String(asked));
  });
});
