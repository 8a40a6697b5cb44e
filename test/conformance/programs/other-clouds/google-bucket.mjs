// Lists a bucket once a second with google-auth-library.
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const { GoogleAuth } = createRequire(process.env.PACKAGES)('google-auth-library');
const scopes = 'https://www.googleapis.com/auth/devstorage.read_only';
const client = await new GoogleAuth({ scopes }).getClient();
const until = Date.now() + Number(process.env.PLAY_SECONDS) * 1000;
do {
  await client.request({ url: `https://storage.googleapis.com/storage/v1/b/contoso-state/o` });
  await pause(1000);
} while (Date.now() < until);
