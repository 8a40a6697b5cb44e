// run-lines.mjs LINES RESULTS SECONDS: after a pause, runs lines of shell script one after the other, and
// writes down what each of them said. What is written down holds no token, but what the token claims.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [, , linesFile, resultsFile, seconds] = process.argv;
const profile = process.env.AZURE_CONFIG_DIR;

/** Every token in a text, replaced by what it says about whom and for whom. */
function withoutTokens(text) {
  return text.replaceAll(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g, (_token, payload) => {
    const { aud, iss, tid, appid, oid, sub } = JSON.parse(Buffer.from(payload, 'base64url'));
    return `TOKEN(${JSON.stringify({ aud, iss, tid, appid, oid, sub }).replaceAll('"', "'")})`;
  });
}

/** The files of the profile, as the sign-in left them. */
function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => {
      const path = join(folder, name);
      const content = readFileSync(path);
      const isText = !name.endsWith('.bin');
      const mode = (statSync(path).mode & 0o777).toString(8);
      return { name, mode, content: isText ? withoutTokens(content.toString('utf8')) : '' };
    });
}

const files = filesOf(profile);
await pause(Number(seconds) * 1000);
const said = JSON.parse(readFileSync(linesFile, 'utf8')).map((line) => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  return { line, status, output: withoutTokens(stdout), errors: withoutTokens(stderr) };
});
writeFileSync(resultsFile, JSON.stringify({ files, said }));
