import dns from 'node:dns';
import { EarlyConnection } from '../../../src/external/upstream/early-connection.ts';

/** Dials a host with two addresses, of which the first refuses, and has nothing else to do. */
const [port = ''] = process.argv.slice(2);
const addresses = ['127.0.0.3', '127.0.0.2'].map((address) => ({ address, family: 4 }));
type Answer = (error: null, found: typeof addresses) => void;
Object.assign(dns, {
  lookup: (_host: string, _options: unknown, answer: Answer) => answer(null, addresses),
});
new EarlyConnection(new URL(`https://two.example:${port}/`), {});
