// note.mjs PROFILE FILE: writes down what a profile of Azure CLI holds: who is signed in, the default, whose
// credentials are stored, the extensions, and what a script has set. What is written down holds no token.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [, , profile, file] = process.argv;
const read = (name) => readFileSync(join(profile, name), 'utf8').replace(/^\uFEFF/, '');
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

const { subscriptions } = JSON.parse(read('azureProfile.json'));
const entries = JSON.parse(read('service_principal_entries.json'));
// Versions differ in the order of these keys.
const stored = entries.map(({ client_id, tenant, client_assertion, ...more }) => {
  const { iss, sub, aud } = claimsOf(client_assertion);
  return { client_id, tenant, client_assertion: { iss, sub, aud }, ...more };
});
const note = {
  subscriptions,
  stored,
  active: read('clouds.config').trim().split('\n'),
  location: /^location = .+$/m.exec(read('config'))?.[0],
  extensions: readdirSync(join(profile, 'cliextensions')),
};
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(note, undefined, 2)}\n`);
