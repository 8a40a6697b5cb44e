import { ask, recordOf, type Purpose } from './answer.ts';
import type { Connection } from './connection.ts';
import { path, type Web } from './web.ts';

const version = 'api-version=7.1-preview.1';

/**
 * Whether every pipeline of the project may use the connection
 * (https://learn.microsoft.com/rest/api/azure/devops/approvalsandchecks/pipeline-permissions).
 */
export async function isAllowedToAllPipelines(connection: Connection, web: Web): Promise<boolean> {
  const request = { method: 'GET', path: permissionPath(connection) } as const;
  const permission = recordOf(await ask(web, request, purposeOf(connection, 'read')));
  return recordOf(permission['allPipelines'])['authorized'] === true;
}

/** Lets every pipeline of the project use the connection. */
export async function allowAllPipelines(connection: Connection, web: Web): Promise<void> {
  const body = {
    resource: { type: 'endpoint', id: connection.id },
    allPipelines: { authorized: true },
  };
  const request = { method: 'PATCH', path: permissionPath(connection), body } as const;
  await ask(web, request, purposeOf(connection, 'change'));
}

function permissionPath({ id, project }: Connection): string {
  return path`${project.id}/_apis/pipelines/pipelinepermissions/endpoint/${id}?` + version;
}

function purposeOf({ name }: Connection, verb: 'read' | 'change'): Purpose {
  return {
    to: `${verb} which pipelines may use the service connection "${name}"`,
    needs:
      'the role Administrator on the service connection (Project settings, Service connections, Security)',
  };
}
