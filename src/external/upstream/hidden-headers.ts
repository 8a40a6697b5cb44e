import type { Agent, ClientRequest } from 'node:http';

/** What `http.request` asks of an agent (Node's lib/_http_client.js), which its types leave out. */
interface Dialling {
  addRequest(request: ClientRequest, options: Readonly<Record<string, unknown>>): void;
}

const hiding = new WeakSet<Agent>();

/**
 * With `NODE_DEBUG=http`, an agent writes to the log what it dials with, and the headers of the request
 * are among that: tokens. The request has them already, so the agent does without.
 */
export function hideHeaders(agent: Agent): void {
  if (hiding.has(agent)) return;
  hiding.add(agent);
  const dialling = agent as unknown as Dialling;
  const addRequest = dialling.addRequest.bind(agent);
  dialling.addRequest = (request, options) => {
    addRequest(request, { ...options, headers: undefined });
  };
}
