import type { Endpoint } from './contract.ts';
import { mangle } from './environment-names.ts';

/** The name of the job's own connection; its key is no GUID and it has no data variables. */
export const systemConnection = 'SystemVssConnection';

/** The `ENDPOINT_*` variables of one connection, as a task of the job sees them. */
export function endpointVariables(endpoint: Endpoint): Record<string, string> {
  const isSystem = endpoint.name === systemConnection;
  const key = isSystem ? systemConnection.toUpperCase() : endpoint.id.toLowerCase();
  const { scheme, parameters } = endpoint.authorization;
  const result: Record<string, string> = {
    [`ENDPOINT_URL_${key}`]: endpoint.url,
    [`ENDPOINT_AUTH_${key}`]: JSON.stringify({ parameters, scheme }),
  };
  if (scheme !== '') {
    result[`ENDPOINT_AUTH_SCHEME_${key}`] = scheme;
    for (const [name, value] of Object.entries(parameters)) {
      result[`ENDPOINT_AUTH_PARAMETER_${key}_${mangle(name)}`] = value;
    }
  }
  if (isSystem) return result;
  result[`ENDPOINT_DATA_${key}`] = JSON.stringify(endpoint.data);
  for (const [name, value] of Object.entries(endpoint.data)) {
    result[`ENDPOINT_DATA_${key}_${mangle(name)}`] = value;
  }
  return result;
}
