import type { ServiceConnectionOptions } from '../harness/emulator/service-connections.ts';
import { assertFailsWell } from './support/failing.ts';
import { useTheatre } from './support/theatre.ts';

interface BadInput {
  readonly title: string;
  readonly connection?: Partial<ServiceConnectionOptions>;
  readonly task?: string;
  readonly inputs?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly isUnreferenced?: boolean;
  readonly code: string;
  /** What the sentence has to say of the way out. */
  readonly remedy: RegExp;
}

const table: readonly BadInput[] = [
  {
    title: 'a connection with a secret',
    connection: { scheme: 'ServicePrincipal' },
    code: 'CONNECTION_NOT_FEDERATED',
    remedy: /Convert it/,
  },
  {
    title: 'a managed-identity connection',
    connection: { scheme: 'ManagedServiceIdentity' },
    code: 'CONNECTION_NOT_FEDERATED',
    remedy: /Convert it/,
  },
  {
    title: 'a cloud that nobody knows',
    connection: { cloud: 'AzureMoonCloud' },
    code: 'CLOUD_UNKNOWN',
    remedy: /AzureCloud, AzureUSGovernment/,
  },
  {
    title: 'an access token line without a scope',
    inputs: ', accessTokens: DATABASE_TOKEN',
    code: 'ACCESS_TOKENS_INVALID',
    remedy: /DATABASE_TOKEN = https/,
  },
  {
    title: 'a connection that the job does not reference',
    isUnreferenced: true,
    code: 'CONNECTION_NOT_REFERENCED',
    remedy: /azureSubscription input of a task in this very job/,
  },
  {
    title: 'a missing federated credential',
    connection: { federatedCredential: { subject: 'sc://contoso/shop/another' } },
    inputs: ', tools: none, propagationTimeout: 0',
    code: 'AADSTS700213',
    remedy: /federated credential/,
  },
  {
    title: 'an identity without a role',
    connection: { role: false },
    inputs: ', tools: none, propagationTimeout: 0',
    code: 'SUBSCRIPTION_UNREADABLE',
    remedy: /Reader/,
  },
  {
    title: 'a subscription that is none',
    inputs: ', subscriptionId: production',
    code: 'INPUT_INVALID',
    remedy: /GUID/,
  },
  {
    title: 'a tenant that is not allowed',
    inputs: ', allowedTenantIds: 00000000-0000-0000-0000-000000000001',
    code: 'TENANT_NOT_ALLOWED',
    remedy: /allowedTenantIds/,
  },
  {
    title: 'a subscription that is not allowed',
    inputs: ', allowedSubscriptionIds: 00000000-0000-0000-0000-000000000001',
    code: 'SUBSCRIPTION_NOT_ALLOWED',
    remedy: /allowedSubscriptionIds/,
  },
  {
    title: 'a leftover secret of another identity',
    variables: { AZURE_CLIENT_SECRET: 'left-over' },
    code: 'LEFTOVER_VARIABLES',
    remedy: /Remove them/,
  },
  {
    title: 'a redirected OIDC address',
    variables: { 'System.OidcRequestUri': 'https://evil.example/oidctoken' },
    code: 'OIDC_URI_REFUSED',
    remedy: /remove it/,
  },
  {
    title: 'a word that is no mode of Terraform',
    task: 'TerraformOidcEnv',
    inputs: ', mode: magic',
    code: 'INPUT_INVALID',
    remedy: /broker, native, static/,
  },
  {
    title: 'a Terraform prefix that makes no name',
    task: 'TerraformOidcEnv',
    inputs: ', tfVarPrefix: 1-2',
    code: 'INPUT_INVALID',
    remedy: /letters, digits/,
  },
];

describe('Bad input', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const row of table) {
    it(`of the kind "${row.title}" fails in one sentence, before anything is exported`, async () => {
      const { emulator, stage } = theatre;
      const name = row.code.toLowerCase();
      const connection = emulator.addServiceConnection({ name, ...row.connection });
      const play = await stage.play({
        pipeline: `
steps:
  - task: ${row.task ?? 'FederatedLogin'}@1
    inputs: { azureSubscription: ${name}${row.inputs ?? ''} }
`,
        connections: [connection],
        ...(row.isUnreferenced === true ? { referenced: [] } : {}),
        ...(row.variables === undefined ? {} : { variables: row.variables }),
      });
      assertFailsWell(play, row, row.variables);
    });
  }
});
