import { equal, throws } from 'node:assert/strict';
import { evaluateCondition } from './condition.ts';
import type { TaskResult } from './contract.ts';

const variables: Readonly<Record<string, string>> = { flag: 'True', 'Build.Reason': 'Manual' };

function holds(condition: string, status: TaskResult = 'Succeeded'): boolean {
  return evaluateCondition(condition, { status, variable: (name) => variables[name] });
}

describe('a condition', () => {
  const cases: readonly (readonly [string, TaskResult, boolean])[] = [
    ['succeeded()', 'SucceededWithIssues', true],
    ['succeeded()', 'Failed', false],
    ['failed()', 'Failed', true],
    ['failed()', 'Canceled', false],
    ['succeededOrFailed()', 'Failed', true],
    ['succeededOrFailed()', 'Canceled', false],
    ['canceled()', 'Canceled', true],
    ['always()', 'Canceled', true],
    ["eq(variables['flag'], 'true')", 'Succeeded', true],
    ["ne(variables['missing'], '')", 'Succeeded', false],
    ["and(succeeded(), eq(variables['Build.Reason'], 'manual'))", 'Succeeded', true],
    ['or(failed(), not(eq(variables.flag, true)))', 'Succeeded', false],
    ["in('b', 'a', 'B')", 'Succeeded', true],
    ["contains('it''s', 't''s')", 'Succeeded', true],
    ['eq(2, 2.0)', 'Succeeded', true],
    ["xor(true, '')", 'Succeeded', true],
  ];
  for (const [condition, status, expected] of cases) {
    it(`${condition} is ${String(expected)} when the job is ${status}`, () => {
      equal(holds(condition, status), expected);
    });
  }

  for (const condition of ['', 'nonsense()', 'eq(1', 'eq(1,2) 3', 'and(;)', 'foo']) {
    it(`refuses '${condition}'`, () => throws(() => holds(condition)));
  }
});
