// azure-cli-task.mjs FOLDER SCRIPT: signs Azure CLI in as Microsoft's tasks do, runs a script, and signs out:
// a profile below the agent's temp folder, `az cloud set`, `az login` with an ID token of Azure DevOps,
// `az account set`, the script, `az account clear`, and the folder removed. FOLDER is the start of a name to
// complete (`.azclitask-`), or the fixed name that older versions used and left behind (`.azclitask`). With
// `killed` behind it, the task ends as one that was killed: nothing is cleared.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [, , name, script, end] = process.argv;
const temp = process.env.AGENT_TEMPDIRECTORY;
const isUnique = name.endsWith('-');
const profile = isUnique ? mkdtempSync(join(temp, name)) : join(temp, name);
mkdirSync(profile, { recursive: true });
process.env.AZURE_CONFIG_DIR = profile;

function run(program, ...words) {
  return spawnSync(program, words, { stdio: 'inherit' }).status ?? 1;
}

function attempt() {
  return (
    run('az', 'cloud', 'set', '--name', 'AzureCloud', '--only-show-errors') ||
    run(process.execPath, 'sign-in.mjs') ||
    run('az', 'account', 'set', '--subscription', process.env.SUBSCRIPTION) ||
    run('bash', '-c', script)
  );
}

const status = attempt();
if (end !== 'killed') {
  run('az', 'account', 'clear');
  if (isUnique) rmSync(profile, { recursive: true });
}
process.exit(status);
