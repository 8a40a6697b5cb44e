import { quoted, refusal } from '../errors.ts';
import type { PipelineAgent } from './pipeline-agent.ts';

type Inputs = Pick<PipelineAgent, 'input'>;

/** @throws {FederationError} for anything but true and false; empty means what task.json says. */
export function booleanInput(agent: Inputs, name: string, otherwise: boolean): boolean {
  const value = agent.input(name).toLowerCase();
  if (value === '') return otherwise;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidInput(name, agent.input(name), 'Write true or false.');
}

/** @throws {FederationError} for a word that is not among the choices. */
export function choiceInput<T extends string>(
  agent: Inputs,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const value = agent.input(name);
  if (value === '') return choices[0];
  const choice = choices.find((word) => word.toLowerCase() === value.toLowerCase());
  if (choice !== undefined) return choice;
  throw invalidInput(name, value, `Write one of ${choices.join(', ')}.`);
}

/**
 * The entries of a list, one a line or separated by commas.
 * @throws {FederationError} for separators alone: variables that turned out empty are no empty list.
 */
export function listInput(agent: Inputs, name: string): readonly string[] {
  const value = agent.input(name);
  const entries = value
    .split(/[\r\n,;]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > 0 || value === '') return entries;
  throw invalidInput(name, value, 'Give at least one entry, or leave the input empty.');
}

/**
 * A time span that the author gives in whole seconds.
 * @param bounds what holds for an empty input, and the longest that makes sense; both in ms.
 * @returns ms.
 * @throws {FederationError} for anything else than a number of seconds within the bounds.
 */
export function secondsInput(
  agent: Inputs,
  name: string,
  { usual, max }: { readonly usual: number; readonly max: number },
): number {
  const value = agent.input(name);
  if (value === '') return usual;
  const ms = Number(value) * 1_000;
  if (/^\d{1,9}$/.test(value) && ms <= max) return ms;
  throw invalidInput(name, value, `Write a number of seconds from 0 to ${max / 1_000}.`);
}

/** Undefined where the author left the input empty. */
export function optionalInput(agent: Inputs, name: string): string | undefined {
  const value = agent.input(name);
  return value === '' ? undefined : value;
}

/** The failure of an input that no task can read. */
export function invalidInput(name: string, value: string, remedy: string): Error {
  return refusal(
    'INPUT_INVALID',
    `The input ${name} is ${quoted(value)}, which means nothing to this task.`,
    remedy,
  );
}
