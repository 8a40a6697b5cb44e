import type { Figure } from './figures.ts';

/** Why a budget is not met, where it is not; by the number of the budget. */
const reasons: Readonly<Record<number, string>> = {
  1: 'a profile of the step has 27 of its 130 ms in the Azure libraries, 10 in compiling them, and 10 in the task library; without the Azure libraries it would be met.',
  2: 'as for 1.',
  3: 'the task library as it is published is 1.9 × B alone; trimmed, it is two thirds of what lies above B.',
  4: 'two processes start one after the other, where F1 is one, each after 22 ms of Node itself, or 42 where Node 20 reads NODE_EXTRA_CA_CERTS. The rest is hidden: the step starts the broker, and the broker dials Azure DevOps, before they load anything else.',
  5: 'as for 3, and two requests on fresh connections to the broker, with node:http: whether it lives at all is asked first, since one that hangs is to be replaced within three seconds.',
  8: 'on Node 24, two thirds are pages of the node executable, 13 MiB more than an idle node has touched: TLS, HTTP and the machinery behind them. A server with the identity library alone, measured apart, has 61 MiB. On Node 20 less than a MiB is too much.',
  9: 'V8 keeps the heap that a burst has needed, although it is told to keep it small.',
  10: 'the slowest hundredth on two processors that the clients have to share: 0.8 to 1.4 × T from run to run.',
  13: 'a node that wakes from idling uses 0.3 to 0.5 ms however little it then does; this one wakes 1,170 times an hour: it looks for the end of the job every eight seconds, as it has to within ten, and the HTTP server of Node looks for slow clients every five, as they are to be cut within ten. 30 refreshes at 6 to 10 ms, with a new TLS connection each, are the rest.',
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
