import { clients } from './clients.ts';
import { tryOut } from './outcome.ts';

/** The process of one client: tells its outcome to the process that runs them all. */
const client = clients[Number(process.argv[2])];
if (client === undefined || process.send === undefined) throw new Error('run.ts starts this.');
// The other side knows the client, whose functions no channel takes.
const { mechanism, evidence, outlives, complaints, log } = await tryOut(client);
const outcome = { mechanism, evidence, outlives, complaints, log };
// What has not been taken when the channel is closed would be lost.
process.send(outcome, undefined, undefined, () => process.disconnect());
