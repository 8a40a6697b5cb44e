import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fleetFigures, type Figures } from '../support/fleet.ts';

const page = readFileSync(new URL('../../docs/DESIGN.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the table of the fleet in DESIGN.md', function () {
  this.timeout(120_000);
  let figures: readonly Figures[] = [];
  before(() => {
    figures = fleetFigures();
  });

  for (const [who, name] of [
    ['the broker', 'broker, tokens of 10 minutes'],
    ['a loop that signs in again every eight minutes', 'login every 8 minutes'],
    ['Terraform by itself, a call every two seconds', 'Terraform native, a call every 2 s'],
  ] as const) {
    it(`has what the simulation gives for ${who}`, () => {
      const row = rows.find(([, first]) => first === who);
      const found = figures.find((figure) => figure.name === name);
      ok(row !== undefined && found !== undefined);
      const [, , total, mean, peaks, ratio] = row;
      const text = (number: number): string => number.toLocaleString('en-US');
      ok(total === text(found.total), total);
      ok(mean === text(found.mean), mean);
      ok(peaks === found.peaks.map(text).join(' · '), peaks);
      ok(ratio === String(found.ratio), ratio);
    });
  }
});
