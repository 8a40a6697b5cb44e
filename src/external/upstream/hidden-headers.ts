import type { Agent, ClientRequest } from 'node:http';

/** What `http.request` asks of an agent (Node's lib/_http_client.js), which its types leave out. */
interface Dialling {
  addRequest(request: ClientRequest, options: Readonly<Record<string, unknown>>): void;
}

const hiding = new WeakSet<Agent>();

/**
 * With `NODE_DEBUG=http`, an agent logs its options, headers with tokens among them. The request holds
 * the headers already, so the agent does without.
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
