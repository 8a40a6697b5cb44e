import { devopsHeaders } from './azure-devops.ts';
import { json, normalised } from './message.ts';
import { devopsRefusal, mayNot, signedIn } from './service-endpoints.ts';

interface Wish {
  readonly resource?: { readonly type?: string; readonly id?: string };
  readonly allPipelines?: { readonly authorized?: boolean };
}

/** `GET` and `PATCH {project}/_apis/pipelines/pipelinepermissions/endpoint/{id}`. */
export const pipelinePermissions = signedIn((request, world, rights) => {
  const { openConnections, registrations } = world.administration;
  const id = normalised(request.params['id'] ?? '');
  if (!registrations.has(id)) {
    return devopsRefusal(404, 'ResourceNotFoundException', `Endpoint ${id} does not exist.`);
  }
  if (request.method === 'PATCH') {
    if (rights.connections === 'read') return mayNot('Administer');
    const { resource, allPipelines } = JSON.parse(request.body.toString()) as Wish;
    const isGood = resource?.type === 'endpoint' && resource.id === id;
    if (!isGood || allPipelines?.authorized !== true) {
      return devopsRefusal(400, 'ArgumentException', 'The resource is not that of the address.');
    }
    openConnections.add(id);
  } else if (request.method !== 'GET') {
    return devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
  }
  const open = openConnections.has(id) ? { allPipelines: { authorized: true } } : {};
  const view = { resource: { type: 'endpoint', id }, pipelines: [], ...open };
  return json(200, view, devopsHeaders(), { connectionId: id });
});
