#!/usr/bin/env node
// Plays PowerShell 7 with Az: counts its starts, looks for modules where the real one does, and asks for
// tokens as the Azure.Identity of its module would. Beside a module's folder, the file
// `identity-version` stands for Azure.Identity.dll.
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { delimiter, dirname, join } from 'node:path';

const own = dirname(import.meta.filename);
const env = process.env;
const words = process.argv.slice(2);
const isWindows = process.platform === 'win32';
const home = isWindows ? env.USERPROFILE : env.HOME;
const context = join(home, '.Azure', 'context');

/** The order of PowerShell 7. */
const places = [
  ...(isWindows
    ? [
        join(home, 'Documents', 'PowerShell', 'Modules'),
        ...under(env.ProgramFiles, 'PowerShell', 'Modules'),
      ]
    : [
        join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'powershell', 'Modules'),
        '/usr/local/share/powershell/Modules',
      ]),
  join(own, 'Modules'),
  ...(env.PSModulePath ?? '').split(delimiter).filter((entry) => entry !== ''),
  ...under(env.SystemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'Modules'),
];
const module = places.map((place) => join(place, 'Az.Accounts')).find((path) => existsSync(path));
const script = words.at(-1) === '-' ? readFileSync(0, 'utf8') : scriptOfStep(words.at(-1) ?? '');
const kind = /Disconnect-AzAccount/.test(script)
  ? 'forget'
  : /Connect-AzAccount/.test(script)
    ? 'sign-in'
    : 'step';
const { PSModulePath = '', POWERSHELL_TELEMETRY_OPTOUT = '', POWERSHELL_UPDATECHECK = '' } = env;
const quiet = POWERSHELL_TELEMETRY_OPTOUT === '1' && POWERSHELL_UPDATECHECK === 'Off';
appendFileSync(
  join(own, 'starts.jsonl'),
  `${JSON.stringify({ kind, module, PSModulePath, quiet })}\n`,
);

if (module === undefined) process.exit(kind === 'step' ? 1 : 71);
if (kind === 'forget') {
  rmSync(context, { force: true });
} else {
  if (kind === 'step' && !existsSync(context)) end('Run Connect-AzAccount to login.');
  await requireToken(kind === 'step' && /Remove-Item Env:AZURE_FEDERATED_TOKEN_FILE/.test(script));
  if (kind === 'sign-in') keepContext();
  else console.log('signed in');
}

/** A folder below one that a variable of Windows names, where that is there. */
function under(folder, ...names) {
  return folder === undefined ? [] : [join(folder, ...names)];
}

function scriptOfStep(argument) {
  return readFileSync(/'(.*)'/.exec(argument)?.[1] ?? '', 'utf8');
}

function keepContext() {
  mkdirSync(dirname(context), { recursive: true });
  writeFileSync(context, '');
  console.log('contexts=CurrentUser');
  if (script.includes('GetAssemblyName')) console.log(`identity=${version()}`);
}

function version() {
  return readFileSync(join(module, 'identity-version'), 'utf8');
}

/** From 1.14 on a token file comes before the managed identity, and Az asks with a bare resource. */
async function requireToken(isFileRemoved) {
  const [major, minor] = version().split('.').map(Number);
  const takesFile = !isFileRemoved && env.AZURE_FEDERATED_TOKEN_FILE && (major > 1 || minor >= 14);
  if (takesFile) end('AADSTS1002012: The provided value for scope https://… is not valid.');
  const url = new URL(env.IDENTITY_ENDPOINT);
  url.searchParams.set('api-version', '2019-08-01');
  url.searchParams.set('resource', 'https://management.core.windows.net/');
  const headers = { 'X-IDENTITY-HEADER': env.IDENTITY_HEADER };
  // Not by fetch, whose connections Wine refuses.
  const [answer] = await once(get(url, { headers }), 'response');
  answer.resume();
  if (answer.statusCode !== 200) end(`Response status code ${answer.statusCode}`);
}

function end(why) {
  console.error(why);
  process.exit(72);
}
