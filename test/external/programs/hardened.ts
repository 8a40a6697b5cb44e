import '../../../src/external/machine/hardening.ts';
import { get } from 'node:https';
import { entraThrough } from '../../../src/external/upstream/entra-access-tokens.ts';
import { Secret } from '../../../src/secret.ts';
import { anIdTokenText, ids } from '../../support/builders.ts';

/**
 * Asks a server by https, or Entra through a proxy, or waits until it is ended; says how that went.
 */
const [port = '', whom = ''] = process.argv.slice(2);
if (port === '') {
  process.stdout.write('ready\n');
  setInterval(() => undefined, 1_000);
} else if (whom === 'entra') {
  const proxy = { url: `http://127.0.0.1:${port}`, bypass: [] };
  const { granted } = await entraThrough({ proxy }).exchange({
    authorityHost: new URL('https://login.microsoftonline.com/'),
    tenantId: ids.tenant,
    clientId: ids.client,
    clientAssertion: new Secret(anIdTokenText()),
    scope: 'https://management.azure.com/.default',
    timeoutMs: 20_000,
  });
  process.stdout.write(`granted ${granted}\n`);
} else {
  get(`https://127.0.0.1:${port}/`, (answer) => {
    answer.resume();
    process.stdout.write(`answered ${answer.statusCode ?? 0}\n`);
  }).on('error', (error: NodeJS.ErrnoException) => {
    process.stdout.write(`refused ${error.code ?? ''}\n`);
  });
}
