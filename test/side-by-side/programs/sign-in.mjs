// Signs Azure CLI in as a script does that has nothing but the job's own token: asks Azure DevOps for
// an ID token, and hands it to `az login`.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const {
  SYSTEM_OIDCREQUESTURI: uri,
  SYSTEM_ACCESSTOKEN: jobToken,
  AGENT_TEMPDIRECTORY,
} = process.env;
const { CONNECTION_ID, CLIENT, TENANT } = process.env;

function run(program, words, input) {
  const { status } = spawnSync(program, words, { input, stdio: ['pipe', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

const tokenFile = join(AGENT_TEMPDIRECTORY, 'id-token');
const answerFile = join(AGENT_TEMPDIRECTORY, 'answer.json');
// curl takes the proxy and the certificate of the environment; Node 20 does not.
run(
  'curl',
  ['--config', '-'],
  [
    'silent',
    'fail',
    `url = "${uri}?api-version=7.1&serviceConnectionId=${CONNECTION_ID}"`,
    `header = "Authorization: Bearer ${jobToken}"`,
    'header = "Content-Type: application/json"',
    'data = "{}"',
    `output = "${answerFile}"`,
    '',
  ].join('\n'),
);
const { default: answer } = await import(answerFile, { with: { type: 'json' } });
writeFileSync(tokenFile, answer.oidcToken, { mode: 0o600 });
const words = ['--username', CLIENT, '--tenant', TENANT, '--federated-token', `@${tokenFile}`];
run('az', ['login', '--service-principal', ...words, '--output', 'none']);
for (const file of [tokenFile, answerFile]) rmSync(file);
