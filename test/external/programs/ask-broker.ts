import { reachBroker } from '../../../src/external/session/loopback-client.ts';

/** Asks whoever listens on a port, as a task asks the broker, and prints the answer. */
const [port = '', controlCapability = ''] = process.argv.slice(2);
const answer = await reachBroker({ port: Number(port), controlCapability, brokerId: 'it' }).ask(
  'status',
  {},
);
process.stdout.write(`${JSON.stringify(answer)}\n`);
