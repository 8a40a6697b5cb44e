// Writes the configuration by which Google's libraries exchange an ID token, as the page on other
// clouds has it: by the token file or by the request URL, with or without a service account.
import { writeFileSync } from 'node:fs';

const { env } = process;
const [source, impersonates] = process.argv.slice(2);
const sources = {
  file: { file: env.TOKEN_FILE },
  url: {
    url: env.OIDC_REQUEST_URL,
    headers: { Authorization: `Bearer ${env.OIDC_REQUEST_TOKEN}` },
    format: { type: 'json', subject_token_field_name: 'value' },
  },
};
const impersonation = {
  service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${env.SERVICE_ACCOUNT}:generateAccessToken`,
};
const configuration = {
  type: 'external_account',
  audience: env.PROVIDER,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
  credential_source: sources[source],
  ...(impersonates === 'impersonated' ? impersonation : {}),
};
writeFileSync(env.GOOGLE_APPLICATION_CREDENTIALS, JSON.stringify(configuration), { mode: 0o600 });
