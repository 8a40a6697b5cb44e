import { happeningsIn, totals, type Happening } from './happenings.ts';
import type { Timeline } from './timeline.ts';
import { count, grouped, shortened } from './words.ts';

/** One thing to know about a job. */
export interface Statement {
  readonly tone: 'bad' | 'warning' | 'good' | 'plain';
  readonly text: string;
  /** The failure behind it, whose remedy belongs beside it. */
  readonly code?: string | undefined;
}

const maxStatements = 24;

/** What there is to say about a job, the worst first. */
export function statementsOf(timeline: Timeline): readonly Statement[] {
  const happenings = happeningsIn(timeline);
  const of = (wanted: Happening['tone'] & Statement['tone']): readonly Statement[] =>
    happenings
      .filter(({ tone }) => tone === wanted)
      .map(({ connection, what, code }) => {
        const text = connection === '' ? what : `${shortened(connection, 80)}: ${what}`;
        return { tone: wanted, text, code };
      });
  const bad = of('bad');
  const trouble = [...bad, ...of('warning')];
  const more = trouble.length - maxStatements;
  const good = `Every token was good for as long as it was wanted: ${totals(timeline)}.`;
  return [
    ...(bad.length === 0 ? [{ tone: 'good', text: good } as const] : []),
    ...trouble.slice(0, maxStatements),
    ...(more > 0
      ? [{ tone: 'plain', text: `${more} more like these are in the table.` } as const]
      : []),
    ...of('plain').slice(0, maxStatements),
    ...leftOut(timeline),
  ];
}

function leftOut({ left }: Timeline): readonly Statement[] {
  const parts = Object.entries<number>({ ...left }).filter(([, number]) => number > 0);
  if (parts.length === 0) return [];
  const all = parts.map(([name, number]) => `${grouped(number)} ${name}`).join(', ');
  return [{ tone: 'plain', text: `Counted, but too many to be listed: ${all}.` }];
}

/** What of a job stands beside its name: its worst, in a few words. */
export function summaryOf(timeline: Timeline): {
  readonly tone: Statement['tone'];
  readonly text: string;
} {
  const statements = statementsOf(timeline);
  const number = (wanted: string): number =>
    statements.filter(({ tone }) => tone === wanted).length;
  if (number('bad') > 0) return { tone: 'bad', text: 'tokens were missing' };
  const warnings = number('warning');
  return warnings > 0
    ? { tone: 'warning', text: count(warnings, 'warning') }
    : { tone: 'good', text: 'all tokens good' };
}
