// Plays the flows on one system, whose name is the argument, and tells which of them passed.
import Mocha from 'mocha';
import { fileURLToPath } from 'node:url';

/** What is told in the end. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly failures: number;
}

const [system = ''] = process.argv.slice(2);
const files = ['agent', 'sign-in', 'hosted-modules', 'end-of-job'];

const mocha = new Mocha({ forbidOnly: true, forbidPending: true, reporter: 'spec' });
for (const name of files) {
  mocha.addFile(fileURLToPath(new URL(`${name}.test.ts`, import.meta.url)));
}
await mocha.loadFilesAsync();

const passed: string[] = [];
mocha
  .fgrep(`n ${system}`)
  .run((failures) => process.send?.({ passed, failures } satisfies Outcome, () => process.exit()))
  .on('pass', (test) => passed.push(test.fullTitle()));
