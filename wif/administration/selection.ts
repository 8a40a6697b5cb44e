import { isSame } from '../../src/json-text.ts';
import type { Connection } from './connection.ts';
import { administrationError } from './errors.ts';
import { isForeign } from './operation.ts';

/**
 * The connections that were asked for, each by its ID, its name, or its project and name. A name
 * that there is not, or that several projects have, ends the command before it does anything.
 */
export function selectConnections(
  connections: readonly Connection[],
  wanted: readonly string[],
): readonly Connection[] {
  const chosen = wanted.map((text) => connectionNamed(connections, text));
  return [...new Map(chosen.map((connection) => [keyOf(connection), connection])).values()];
}

/** @throws {AdministrationError} unless exactly one is meant. */
export function connectionNamed(connections: readonly Connection[], text: string): Connection {
  const owned = connections.filter((connection) => fits(connection, text));
  // A shared connection is meant where it belongs, unless it was asked for in one project.
  const home = owned.filter((connection) => !isForeign(connection));
  const [first, ...others] = owned.length > 1 && home.length === 1 ? home : owned;
  if (first === undefined) {
    throw administrationError(
      'CONNECTION_NOT_FOUND',
      `There is no service connection "${text}" that you may see.`,
      'Look at wif list; names are not case-sensitive, and can be written as <project>/<name>.',
    );
  }
  if (others.length > 0) {
    const projects = [first, ...others].map(({ project }) => project.name).join(', ');
    throw administrationError(
      'CONNECTION_AMBIGUOUS',
      `There is more than one service connection "${text}": in ${projects}.`,
      'Name the project with --project, or write <project>/<name>, or give the ID.',
    );
  }
  return first;
}

/**
 * Lines of a file: a connection each; empty lines and those after `#` say nothing. The comma-
 * separated values that `list` and `convert` print do as well: their IDs are taken.
 */
export function wantedLines(text: string): readonly string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [head = '', ...rows] = lines;
  const column = cellsOf(head).indexOf('id');
  if (!head.startsWith('project,name,') || column < 0) return lines;
  return rows.map((row) => cellsOf(row)[column] ?? '').filter((id) => id !== '');
}

/** The cells of a line of comma-separated values (RFC 4180); none holds a line break. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

/**
 * The projects that names of the form `project/name` name. A name may hold a slash itself, so each
 * of them may be none.
 */
export function projectsNamed(wanted: readonly string[]): readonly string[] | undefined {
  const projects = wanted.map((text) => /^([^/]+)\/./.exec(text)?.[1]);
  const named = projects.filter((project) => project !== undefined);
  return named.length === 0 || named.length < wanted.length ? undefined : [...new Set(named)];
}

function fits({ id, name, project }: Connection, text: string): boolean {
  return [id, name, `${project.name}/${name}`].some((form) => isSame(form, text));
}

function keyOf({ id, project }: Connection): string {
  return `${project.id}/${id}`;
}
