import { isSame } from '../../src/json-text.ts';
import { isFederated, type Connection, type Project } from '../administration/connection.ts';
import {
  AdministrationError,
  administrationError,
  asAdministrationError,
  endsTheRun,
} from '../administration/errors.ts';
import { inParallel } from '../administration/parallel.ts';
import { projectsNamed, selectConnections } from '../administration/selection.ts';
import { allProjects, connectionsOf, projectNamed } from '../administration/service-connections.ts';
import type { CommandWorld } from './world.ts';

/** Which connections a command looks at. */
export interface Breadth {
  /** Names or IDs; the whole organization where empty. */
  readonly projects: readonly string[];
  readonly concurrency: number;
}

/** What could be read, and what could not. */
export interface Gathering {
  readonly projects: readonly Project[];
  readonly connections: readonly Connection[];
  readonly failures: readonly { readonly project: string; readonly error: AdministrationError }[];
}

/**
 * Reads all connections of some projects, or of all. A project that was named must be readable; of
 * a whole organization, those that are not are told, and the others go on.
 */
export async function gather(breadth: Breadth, world: CommandWorld): Promise<Gathering> {
  const { devops, terminal } = world;
  const names = projectsOf(breadth, world);
  const named = names.length > 0;
  const projects = named
    ? await Promise.all(names.map((name) => projectNamed(devops, name)))
    : await allProjects(devops);
  let read = 0;
  const results = await inParallel(projects, breadth.concurrency, async (project) => {
    try {
      return await connectionsOf(devops, project);
    } catch (error) {
      const failure = asAdministrationError(error);
      if (named || endsTheRun(failure.code)) throw failure;
      return failure;
    } finally {
      read += 1;
      terminal.progress(`Reading projects: ${read} of ${projects.length}`);
    }
  });
  const failures = results.flatMap((result, index) =>
    result instanceof AdministrationError
      ? [{ project: projects[index]?.name ?? '', error: result }]
      : [],
  );
  for (const { error } of failures)
    terminal.note(`${error.code}: ${error.message} ${error.remedy}`);
  const connections = results.flatMap((result) =>
    result === undefined || result instanceof AdministrationError ? [] : result,
  );
  return { projects, connections, failures };
}

/**
 * The connections that are meant by name, ID, or project and name. Where each name has a project,
 * only those projects are read; a name may hold a slash itself, and then all are.
 */
export async function gatherNamed(
  wanted: readonly string[],
  breadth: Breadth,
  world: CommandWorld,
): Promise<readonly Connection[]> {
  const projects = projectsOf(breadth, world).length > 0 ? undefined : projectsNamed(wanted);
  if (projects !== undefined) {
    try {
      const { connections } = await gather({ ...breadth, projects }, world);
      return selectConnections(connections, wanted);
    } catch (error) {
      const { code } = asAdministrationError(error);
      if (code !== 'CONNECTION_NOT_FOUND' && code !== 'NOT_FOUND') throw error;
    }
  }
  return selectConnections((await gather(breadth, world)).connections, wanted);
}

/** The projects that the command names, or the address of the organization. */
function projectsOf({ projects }: Breadth, { organization }: CommandWorld): readonly string[] {
  const { project } = organization;
  if (project === undefined || projects.length === 0)
    return project === undefined ? projects : [project];
  if (projects.every((name) => isSame(name, project))) return projects;
  throw administrationError(
    'USAGE_INVALID',
    `The address of the organization names project "${project}", and --project another.`,
    'Give the address without a project, or leave out --project.',
  );
}

/** Those of Azure, and others that federation concerns all the same. */
export function concernsAzure(connection: Connection): boolean {
  return isSame(connection.type, 'AzureRM') || isFederated(connection);
}
