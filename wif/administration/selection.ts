import { isSame, type Connection } from './connection.ts';
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

/** Lines of a file: a connection each; empty lines and those after `#` say nothing. */
export function wantedLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function fits({ id, name, project }: Connection, text: string): boolean {
  return [id, name, `${project.name}/${name}`].some((form) => isSame(form, text));
}

function keyOf({ id, project }: Connection): string {
  return `${project.id}/${id}`;
}
