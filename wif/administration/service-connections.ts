import type { Clock } from '../../src/ports.ts';
import { ask, consult, listOf, recordOf, refused, textOf, type Reading } from './answer.ts';
import { readConnection, withScheme, type Connection, type Project } from './connection.ts';
import { pages } from './pages.ts';
import type { Stop } from './parallel.ts';
import { path, type Web } from './web.ts';

const version = 'api-version=7.1';

const reading =
  'the role Reader (or User) on the service connection, and View project-level information';
const managing =
  'the role Administrator on the service connection (Project settings, Service connections, Security)';

/** Every project of the organization that the caller may see, in the order of their names. */
export async function allProjects(web: Web): Promise<readonly Project[]> {
  const found = await pages(web, `_apis/projects?stateFilter=wellFormed&$top=100&${version}`, {
    to: 'list the projects of the organization',
    needs: 'View project-level information of each project (token scope vso.project)',
  });
  return found
    .map(recordOf)
    .map((record) => ({ id: textOf(record['id']) ?? '', name: textOf(record['name']) ?? '' }))
    .filter(({ id }) => id !== '')
    .sort((left, right) => left.name.localeCompare(right.name));
}

/** One project, by its name or ID. */
export async function projectNamed(web: Web, name: string): Promise<Project> {
  const purpose = {
    to: `find the project "${name}"`,
    needs: 'View project-level information of the project',
  };
  const record = recordOf(
    await ask(web, { method: 'GET', path: path`_apis/projects/${name}?` + version }, purpose),
  );
  return { id: textOf(record['id']) ?? name, name: textOf(record['name']) ?? name };
}

/**
 * All service connections of a project, of every type, failed ones too
 * (https://learn.microsoft.com/rest/api/azure/devops/serviceendpoint/endpoints/get-service-endpoints).
 */
export async function connectionsOf(web: Web, project: Project): Promise<readonly Connection[]> {
  const found = await pages(
    web,
    path`${project.id}/_apis/serviceendpoint/endpoints?includeFailed=true&includeDetails=true&` +
      version,
    { to: `list the service connections of project "${project.name}"`, needs: reading },
  );
  return found
    .map((record) => readConnection(record, project))
    .filter((connection) => connection !== undefined)
    .sort((left, right) => left.name.localeCompare(right.name));
}

/** The connection as it is now; undefined where there is none any more. */
export async function currentState(
  web: Web,
  { id, name, project }: Pick<Connection, 'id' | 'name' | 'project'>,
): Promise<Connection | undefined> {
  const purpose = { to: `read the service connection "${name}"`, needs: reading };
  const request = {
    method: 'GET',
    path: path`${project.id}/_apis/serviceendpoint/endpoints/${id}?includeDetails=true&` + version,
  } as const;
  const answer = await consult(web, request, purpose);
  if ('refusal' in answer) {
    if (answer.refusal.status === 404) return undefined;
    throw refused(answer.refusal, web.service, purpose);
  }
  // A connection that there is not is, in some versions, an empty record instead of a 404.
  return readConnection(answer.value, project);
}

/** Pauses between looks grow from the first to the last, in ms. */
const firstLookPauseMs = 2_000;
const maxLookPauseMs = 10_000;

/**
 * Looks at a connection until it is as expected, or has had its time; as it was seen last. It looks
 * once at least, and no longer once the run is to stop.
 */
export async function lookUntil(
  isExpected: (connection: Connection) => boolean,
  connection: Connection,
  { web, clock, waitMs, stop }: Waiting,
): Promise<Connection> {
  const endMs = clock.monotonicMs() + waitMs;
  let pauseMs = firstLookPauseMs;
  for (;;) {
    // One that was just made may not be found everywhere at once.
    const last = (await currentState(web, connection)) ?? connection;
    const leftMs = endMs - clock.monotonicMs();
    if (isExpected(last) || leftMs <= 0 || stop.isWanted) return last;
    await clock.sleep(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * 1.5, maxLookPauseMs);
  }
}

/** What waiting for Azure DevOps takes. */
export interface Waiting {
  readonly web: Web;
  readonly clock: Clock;
  /** How long to look, in ms. */
  readonly waitMs: number;
  readonly stop: Stop;
}

/** Asks for another scheme, with the whole record; the answer is the caller's to judge. */
export async function requestScheme(
  web: Web,
  { id, name, project, record }: Connection,
  scheme: string,
): Promise<Reading> {
  return consult(
    web,
    {
      method: 'PUT',
      path:
        path`${project.id}/_apis/serviceendpoint/endpoints/${id}?operation=ConvertAuthenticationScheme&` +
        version,
      body: withScheme(record, scheme),
    },
    { to: `change the scheme of the service connection "${name}"`, needs: managing },
  );
}

/** Creates a connection from a record without an ID. */
export async function createConnection(
  web: Web,
  record: Readonly<Record<string, unknown>>,
  project: Project,
): Promise<Connection | undefined> {
  const created = await ask(
    web,
    { method: 'POST', path: `_apis/serviceendpoint/endpoints?${version}`, body: record },
    {
      to: `create a service connection in project "${project.name}"`,
      needs: `the role Creator or Administrator for service connections of project "${project.name}"`,
    },
  );
  return readConnection(created, project);
}

/**
 * When a pipeline last used the connection, from its execution history; undefined where Azure
 * DevOps tells nothing. The route is a preview.
 */
export async function lastUse(web: Web, connection: Connection): Promise<string | undefined> {
  const { id, name, project } = connection;
  const answer = await consult(
    web,
    {
      method: 'GET',
      path:
        path`${project.id}/_apis/serviceendpoint/${id}/executionhistory?top=1&` +
        'api-version=7.1-preview.1',
    },
    { to: `read the history of the service connection "${name}"`, needs: reading },
  );
  if ('refusal' in answer) return undefined;
  const [latest] = listOf(answer.value);
  const data = recordOf(recordOf(latest)['data']);
  return textOf(data['finishTime']) ?? textOf(data['startTime']);
}
