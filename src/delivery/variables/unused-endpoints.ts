import type { PresentVariable } from '../../agent/pipeline-agent.ts';
import type { Environment } from '../../ports.ts';
import type { Use } from '../../wire/expectation.ts';
import type { BrokerReport, UnusedEndpoint } from '../../wire/report.ts';
import { isInOurDirectory } from '../files/state-directory.ts';
import { variablesOverRequestUrl } from './leftovers.ts';

/** What the last step of the job sees of its variables: also what steps after ours have set. */
export interface EndOfJob {
  readonly environment: Environment;
  readonly presentVariables: () => readonly PresentVariable[];
}

/** What was set up and never asked for, one line each with the likely reason. */
export function unusedLines(report: BrokerReport, end: EndOfJob): readonly string[] {
  return report.connections.flatMap(({ name, unused = [] }) =>
    unused.map((one) => {
      const { what, reasonOf } = uses[one.use];
      return `${name}: ${what} ${reasonOf(one, end)}`;
    }),
  );
}

type ReasonOf = (unused: UnusedEndpoint, end: EndOfJob) => string;

const uses: Readonly<Record<Use, { readonly what: string; readonly reasonOf: ReasonOf }>> = {
  terraform: {
    what: 'TerraformOidcEnv set Terraform up, but nobody asked the broker for an ID token after that.',
    reasonOf: whyNoTerraform,
  },
  'terraform-variables': {
    what: 'TerraformOidcEnv set TF_VAR_ variables for a second identity, but nobody asked the broker for its ID token.',
    reasonOf: () =>
      'Either no Terraform ran, or no provider block takes the variables that end in _oidc_request_url and _oidc_request_token.',
  },
  azureCli: {
    what: 'FederatedLogin signed Azure CLI in with azureCliSession: managedIdentity, but no az asked the broker after that.',
    reasonOf: (unused, { environment }) =>
      isInOurDirectory(environment['AZURE_CONFIG_DIR'] ?? '')
        ? whyNoManagedIdentity(
            unused,
            environment,
            'Either no az ran, or it ran in a task such as AzureCLI, which has a profile of its own.',
          )
        : 'AZURE_CONFIG_DIR was changed by a later step, and az uses that profile: remove the change.',
  },
  azurePowerShell: {
    what: 'FederatedLogin signed Azure PowerShell in, but it did not ask the broker after that.',
    reasonOf: (unused, { environment }) =>
      whyNoManagedIdentity(
        unused,
        environment,
        'Either no Az command ran, or it ran in a task such as AzurePowerShell, which signs in by itself.',
      ),
  },
  managedIdentity: {
    what: 'TokenRefresher exported a managed identity endpoint, but nobody asked it.',
    reasonOf: (unused, { environment }) =>
      whyNoManagedIdentity(
        unused,
        environment,
        'Most programs take the token file in AZURE_FEDERATED_TOKEN_FILE first; then managedIdentity can be left out.',
      ),
  },
};

function whyNoTerraform({ path }: UnusedEndpoint, end: EndOfJob): string {
  const names = variablesOverRequestUrl(end.presentVariables());
  if (names.length > 0) {
    return `A later step set ${names.join(', ')}, and Terraform then asks no URL: its session ends with that token. Remove what sets it.`;
  }
  const { ARM_OIDC_REQUEST_URL: url = '' } = end.environment;
  if (!url.includes(path)) return 'ARM_OIDC_REQUEST_URL was changed by a later step.';
  return 'Either no Terraform ran, or its script sets a token itself: a line such as export ARM_OIDC_TOKEN=$idToken wins over the URL, and an apply then ends with AADSTS700024 after about 40 minutes. Delete such a line.';
}

function whyNoManagedIdentity(
  { path }: UnusedEndpoint,
  { IDENTITY_ENDPOINT: endpoint = '' }: EndOfJob['environment'],
  otherwise: string,
): string {
  return endpoint.includes(path) ? otherwise : 'IDENTITY_ENDPOINT was changed by a later step.';
}
