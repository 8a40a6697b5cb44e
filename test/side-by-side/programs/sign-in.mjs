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

const tokenFile = join(AGENT_TEMPDIRECTORY, 'id-token');
// curl takes the proxy and the certificate of the environment; Node 20 does not.
const settings = [
  'silent',
  'fail',
  `url = "${uri}?api-version=7.1&serviceConnectionId=${CONNECTION_ID}"`,
  `header = "Authorization: Bearer ${jobToken}"`,
  'header = "Content-Type: application/json"',
  'data = "{}"',
  '',
];
const asked = spawnSync('curl', ['--config', '-'], { input: settings.join('\n') });
if (asked.status !== 0) process.exit(asked.status ?? 1);
writeFileSync(tokenFile, JSON.parse(asked.stdout.toString()).oidcToken, { mode: 0o600 });
const words = ['--username', CLIENT, '--tenant', TENANT, '--federated-token', `@${tokenFile}`];
const { status } = spawnSync('az', ['login', '--service-principal', ...words, '--output', 'none'], {
  stdio: 'inherit',
});
rmSync(tokenFile);
process.exit(status ?? 1);
