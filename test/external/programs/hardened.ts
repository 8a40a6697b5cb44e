import '../../../src/external/machine/hardening.ts';
import { get } from 'node:https';

/** Asks a server by https, or waits until it is ended; says how that went. */
const [port = ''] = process.argv.slice(2);
if (port === '') {
  process.stdout.write('ready\n');
  setInterval(() => undefined, 1_000);
} else {
  get(`https://127.0.0.1:${port}/`, (answer) => {
    answer.resume();
    process.stdout.write(`answered ${answer.statusCode ?? 0}\n`);
  }).on('error', (error: NodeJS.ErrnoException) => {
    process.stdout.write(`refused ${error.code ?? ''}\n`);
  });
}
