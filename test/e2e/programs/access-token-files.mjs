// Reads the files of access tokens again and again, and fails at the first token that has ended.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

const names = process.argv.slice(2);
const seen = Object.fromEntries(names.map((name) => [name, new Set()]));
const until = Date.now() + Number(process.env.POLL_SECONDS) * 1000;
while (Date.now() < until) {
  for (const name of names) {
    const token = readFileSync(process.env[`${name}_FILE`], 'utf8');
    if (claimsOf(token).exp * 1000 <= Date.now()) throw new Error(`${name} has ended`);
    seen[name].add(token);
  }
  await pause(300);
}
for (const name of names) {
  const [token] = seen[name];
  console.log(`${name}: ${seen[name].size} tokens for ${claimsOf(token).aud}`);
}
