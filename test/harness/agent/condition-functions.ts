import type { TaskResult } from './contract.ts';

/** A value of an expression; a version of three parts is text. */
export type Value = string | number | boolean | null;

/** What a condition may ask. */
export interface ConditionContext {
  readonly status: TaskResult;
  variable(name: string): string | undefined;
}

type ConditionFunction = (
  values: readonly Value[],
  context: ConditionContext,
  isTrue: (value: Value) => boolean,
) => Value;

const text = (value: Value | undefined): string => String(value ?? '').toLowerCase();

/** The functions of conditions, by name in lower case; texts compare without regard to case. */
export const conditionFunctions: Readonly<Partial<Record<string, ConditionFunction>>> = {
  always: () => true,
  canceled: (_values, { status }) => status === 'Canceled',
  failed: (_values, { status }) => status === 'Failed',
  succeeded: (_values, { status }) => status === 'Succeeded' || status === 'SucceededWithIssues',
  succeededorfailed: (_values, { status }) => status !== 'Canceled',
  and: (values, _context, isTrue) => values.every(isTrue),
  or: (values, _context, isTrue) => values.some(isTrue),
  xor: ([a = null, b = null], _context, isTrue) => isTrue(a) !== isTrue(b),
  not: ([value = null], _context, isTrue) => !isTrue(value),
  eq: ([a, b]) => equal(a, b),
  ne: ([a, b]) => !equal(a, b),
  in: ([wanted, ...others]) => others.some((other) => equal(wanted, other)),
  notin: ([wanted, ...others]) => !others.some((other) => equal(wanted, other)),
  contains: ([whole, part]) => text(whole).includes(text(part)),
  startswith: ([whole, part]) => text(whole).startsWith(text(part)),
  endswith: ([whole, part]) => text(whole).endsWith(text(part)),
  lower: ([value]) => text(value),
  upper: ([value]) => text(value).toUpperCase(),
  coalesce: (values) => values.find((value) => value !== null && value !== '') ?? '',
  gt: ([a, b]) => compare(a, b) > 0,
  ge: ([a, b]) => compare(a, b) >= 0,
  lt: ([a, b]) => compare(a, b) < 0,
  le: ([a, b]) => compare(a, b) <= 0,
};

/** The right value is converted to the type of the left one. */
function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (typeof left === 'number') return left === Number(right ?? 0);
  if (typeof left === 'boolean') return left === (right === true || text(right) === 'true');
  return text(left) === text(right);
}

function compare(left: Value | undefined, right: Value | undefined): number {
  if (typeof left === 'number') return left - Number(right ?? 0);
  return text(left).localeCompare(text(right), 'en');
}
