import type { Figure } from './figures.ts';

/** Why a budget is not met, where it is not; by the number of the budget. */
const reasons: Readonly<Record<number, string>> = {
  1: 'a profile of the step has a quarter of its time in the Azure libraries, and an eighth in the task library and the wiring.',
  2: 'as for 1; both Azure libraries are loaded before the first request leaves, and Entra is dialled only when the ID token is there.',
  3: 'the task library alone is 1.9 × B (measured apart).',
  4: 'one process after the other loads its libraries: the broker starts when the task library is there, and asks when it has loaded the identity library too, which its first request does not need.',
  5: 'as for 3.',
  8: 'on Node 24 half of the resident set is pages of the node executable that TLS, HTTP and the identity library touch and an idle node does not.',
  9: 'V8 keeps the heap that a burst has needed, although it is told to keep it small.',
  13: 'two timers wake the process: the server looks for slow clients every five seconds, and the end of the job is looked for every eight.',
  14: 'as for 1.',
};

/** A paragraph for each budget that is not met, on whichever Node. */
export function describeUnmet(judged: readonly Figure[]): string {
  const unmet = judged.filter(({ verdict }) => verdict !== undefined && verdict !== 'met');
  const numbers = [...new Set(unmet.map(({ budget = 0 }) => budget))];
  if (numbers.length === 0) return 'Every budget is met.';
  return numbers
    .map((number) => {
      const which = unmet.filter(({ budget }) => budget === number);
      const where = which.map(({ what, node }) =>
        node === undefined ? what : `${what} on Node ${node}`,
      );
      const reason = reasons[number] ?? 'The reason is not known yet.';
      return `- **Budget ${number}** (${where.join('; ')}): ${reason}`;
    })
    .join('\n');
}
