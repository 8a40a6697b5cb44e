// Plays `docker exec` with the agent's handler invoker: it reads what to run from standard input,
// passes its streams on, ends with the step, and passes no signal on.
import { spawn } from 'node:child_process';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const step = JSON.parse(Buffer.concat(chunks).toString('utf8'));

// What the container itself has comes first; its PATH stays, behind the folders of the job.
const environment = { ...process.env, ...step.environment };
environment.PATH = [...(step.prependPath ?? []), environment.PATH].join(':');
const child = spawn(step.file, step.arguments, {
  cwd: step.folder,
  env: environment,
  stdio: ['ignore', 'inherit', 'inherit'],
});
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 137));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(137));
