import { piece, type Piece } from '../tab/piece.ts';
import type { JobReport, StepReport } from '../test/harness/agent/contract.ts';
import { toHtml } from './html.ts';

/**
 * The log of a job as a page: a row for each step, and the lines of those that are open, as the page of a
 * run shows them. Nothing is written that the job did not say.
 * @param opened display names of the steps whose lines are shown.
 */
export function runLogPage(report: JobReport, opened: readonly string[]): string {
  const steps = report.steps.filter(({ result }) => result !== 'Skipped');
  const shown = steps.map((step) => stepPiece(step, opened.includes(step.displayName)));
  return `<!doctype html>
<meta charset="utf-8">
<style>${style}</style>
${toHtml(piece('main', {}, ...shown))}
`;
}

function stepPiece(step: StepReport, isOpen: boolean): Piece {
  const isGood = step.result === 'Succeeded';
  return piece(
    'div',
    { class: 'step' },
    piece(
      'p',
      {},
      piece('i', { class: isGood ? 'good' : 'bad' }, isGood ? '✓' : '✕'),
      piece('strong', {}, step.displayName),
      piece('span', {}, `${Math.round(step.durationMs / 1_000)} s`),
    ),
    ...(isOpen ? [piece('ul', {}, ...saidBy(step).map((line) => piece('li', {}, line)))] : []),
  );
}

/** What the step itself said: not the agent's header of a task, and none of its section marks. */
function saidBy({ lines }: StepReport): readonly string[] {
  const own = lines.slice(lines.findLastIndex((line) => /^={20,}$/.test(line)) + 1);
  return own.filter((line) => !line.startsWith('##[section]'));
}

const style = `
body { margin: 0; background: #fff; color: #1b1a19; font: 15px/1.5 'Liberation Sans', sans-serif; }
main { padding: 8px 20px 12px; }
.step { border-top: 1px solid #eaeaea; }
.step:first-child { border: 0; }
p { display: flex; gap: 10px; margin: 0; padding: 6px 0; }
p strong { flex: 1; font-weight: 600; }
p span { color: #605e5c; }
i { width: 1em; font-style: normal; font-weight: 700; }
.good { color: #107c10; }
.bad { color: #a4262c; }
ul { counter-reset: line; list-style: none; margin: 0 0 10px; padding: 8px 14px 8px 52px; background: #f6f8fa;
  font: 13.33px/20px 'Liberation Mono', monospace; }
li { counter-increment: line; position: relative; white-space: pre-wrap; overflow-wrap: anywhere; }
li::before { content: counter(line); position: absolute; left: -40px; width: 26px; color: #8a8886; text-align: right; }
`;
