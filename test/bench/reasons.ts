import type { Figure } from './figures.ts';

/** Why a budget is not met, where it is not; by the number of the budget. */
const reasons: Readonly<Record<number, string>> = {
  1: 'the step takes a little more than we allow it. More than a quarter of it loads the Azure libraries, which do the sign-in; we use them instead of a protocol of our own.',
  2: 'as for 1.',
  3: 'the step takes a little more than we allow it. Most of it is Node itself, and the library by which every task talks to its agent.',
  4: 'the step takes a little more than we allow it. It starts a second process, which costs one start of Node, or nearly two where Node 20 reads the certificates of NODE_EXTRA_CA_CERTS.',
  5: 'the step takes a little more than we allow it. It first asks whether the broker lives, so that one that hangs is replaced within three seconds.',
  8: 'most of it is Node itself: an idle one has 41 MiB, and one that has loaded the identity library 61 MiB.',
  9: 'after a burst of requests, Node keeps some of the memory that the burst has needed.',
  10: 'the 200 clients share two processors with the broker, so the slowest answers differ from run to run.',
  13: 'the broker wakes 1,170 times an hour, to see the end of its job within ten seconds and to cut off slow clients. Each time costs 0.3 to 0.5 ms, and each of 30 refreshes an hour 6 to 10 ms.',
  14: 'as for 1.',
  15: 'no PowerShell is started, the step only looks into a few folders. What is left is the noise of the machine.',
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
