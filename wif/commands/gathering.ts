import type { Connection, Project } from '../administration/connection.ts';
import {
  AdministrationError,
  asAdministrationError,
  endsTheRun,
} from '../administration/errors.ts';
import { inParallel } from '../administration/parallel.ts';
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
  const named = breadth.projects.length > 0;
  const projects = named
    ? await Promise.all(breadth.projects.map((name) => projectNamed(devops, name)))
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
