import { fork } from 'node:child_process';
import { once } from 'node:events';
import { machineKinds } from '../harness/emulator/emulator.ts';
import type { Client } from './client.ts';
import { clients } from './clients.ts';
import { terminalTable, writeDocument, type Findings } from './document.ts';
import { tryMachine, type MachineOutcome } from './machines.ts';
import type { Outcome } from './outcome.ts';
import { ownFile } from './paths.ts';
import { playRefusals } from './refusals.ts';
import { playSideBySide } from './side-by-side.ts';
import { playServers } from './validators.ts';

/** Jobs beside each other: they mostly wait for tokens to expire. */
const atOnce = 4;

const [outcomes, { servers, refusals, machines }] = await Promise.all([
  tryOutAll(clients),
  playOthers(),
]);
console.log(`\n${terminalTable(outcomes)}\n`);
console.log('All of them side by side, on one broker with three connections …');
const sideBySide = await playSideBySide();
for (const one of sideBySide.traffic) {
  console.log(
    `  ${one.connection}: ${one.idTokenRequests} ID tokens asked of Azure DevOps (${one.withoutIdTokenRequests} without the broker), ${one.exchanges} exchanges with Entra (${one.withoutExchanges})`,
  );
}
console.log(
  `  ${sideBySide.grants} requests granted, ${sideBySide.failures} sign-in failures, ${sideBySide.credentials} credentials issued, ${sideBySide.leaks} leaked, ${sideBySide.processes} processes looked at`,
);

for (const { title, programs, complaints } of refusals) {
  const verdict = complaints.length === 0 ? 'as they should be' : complaints.join('; ');
  console.log(`${programs} programs with a ${title} are refused: ${verdict}`);
}

for (const { server, before, after, complaints } of servers) {
  const verdict = complaints.length === 0 ? 'as it should' : complaints.join('; ');
  console.log(
    `The code of ${server} let in ${before} times before expiry, ${after} after: ${verdict}`,
  );
}

const parts = [
  ...outcomes.map((outcome) => ({ title: titleOf(outcome.client), ...outcome })),
  { title: 'Side by side', ...sideBySide },
  ...machines.map((outcome) => ({ title: outcome.machine, ...outcome })),
  ...refusals,
  ...servers.map((outcome) => ({ title: outcome.server, ...outcome })),
];
const failed = parts.filter(({ complaints }) => complaints.length > 0);
for (const { title, complaints, log } of failed) {
  console.error(`\n${title}: ${complaints.join('; ')}\n${log}`);
}
if (failed.length === 0) {
  await writeDocument({ outcomes, sideBySide, machines, refusals, servers });
}
console.log(`\n${parts.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** What is no row of a client, beside the rows; one job at a time, since some start many programs. */
async function playOthers(): Promise<Pick<Findings, 'machines' | 'refusals' | 'servers'>> {
  const servers = await playServers();
  const refusals = await playRefusals();
  const machines: MachineOutcome[] = [];
  for (const kind of machineKinds) {
    const begun = performance.now();
    const outcome = await tryMachine(kind);
    machines.push(outcome);
    const verdict = outcome.complaints.join('; ') || 'as it should';
    console.log(`On ${kind}: ${verdict}, in ${secondsSince(begun)} s`);
  }
  return { servers, refusals, machines };
}

/** In the order of the table, whichever ends first. */
async function tryOutAll(all: readonly Client[]): Promise<readonly Outcome[]> {
  const found = new Map<Client, Outcome>();
  const waiting = [...all];
  const tryNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const begun = performance.now();
      const outcome = { client: next, ...(await tryOutAlone(clients.indexOf(next))) };
      found.set(next, outcome);
      const verdict = outcome.complaints.join('; ') || 'as it should';
      console.log(`${titleOf(next)}: ${verdict}, in ${secondsSince(begun)} s`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, tryNext));
  return all.flatMap((client) => found.get(client) ?? []);
}

/** In a process of its own: no job waits while another one's emulator or leak detector works. */
async function tryOutAlone(index: number): Promise<Omit<Outcome, 'client'>> {
  const child = fork(ownFile('try-out.ts'), [String(index)], { serialization: 'advanced' });
  const told = once(child, 'message') as Promise<[Omit<Outcome, 'client'>]>;
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('It told no outcome.')));
  const [outcome] = await Promise.race([told, ended]);
  return outcome;
}

function titleOf({ name, how }: Client): string {
  return `${name}, ${how}`;
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 1000);
}
