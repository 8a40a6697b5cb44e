import { shown } from '../errors.ts';

/** Where the name of a service connection can be read: the agent itself gives a task only its ID. */
export interface NameSources {
  /** The subject of its ID tokens; Azure DevOps' own issuer puts the name there. */
  readonly subject?: string | undefined;
  /** The name of its subscription, or of its management group. */
  readonly scopeName?: string | undefined;
  /** The display name of the step that names the connection. */
  readonly step?: string | undefined;
  /** Its ID, or the name that it has so far. */
  readonly otherwise: string;
}

/** The longest name that is shown, in characters. */
const maxCharacters = 100;

/**
 * What a service connection is called wherever people read of it: its own name where that can be
 * known, else what it signs in to, else the step that names it, else its ID. One line that no log,
 * table or page takes for markup or a command.
 */
export function connectionName({ subject, scopeName, step, otherwise }: NameSources): string {
  const names = [nameInSubject(subject), scopeName, step && `of step ${step}`, otherwise];
  return names.map((name = '') => shortName(name)).find((name) => name !== '') ?? '?';
}

/** Of `sc://organization/project/NAME`; the Entra issuer writes only IDs into its subjects. */
export function nameInSubject(subject = ''): string | undefined {
  const [, name = ''] = /^sc:\/\/[^/]+\/[^/]+\/(.+)$/u.exec(subject) ?? [];
  const shortened = shortName(name);
  return shortened === '' ? undefined : shortened;
}

/** A name as people are shown it: one line, of at most a hundred characters. */
export function shortName(name: string): string {
  return Array.from(shown(name).trim()).slice(0, maxCharacters).join('').trim();
}
