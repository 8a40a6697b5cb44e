import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import type { Environment } from '../../ports.ts';

/**
 * How machines of Azure offer a managed identity of their own: App Service and Container Apps
 * (`IDENTITY_*`, older ones `MSI_*`), Azure ML and Cloud Shell (`MSI_*`), Azure Arc (`IMDS_ENDPOINT`).
 * Every SDK takes a complete `IDENTITY_*` pair before all others.
 */
const offers = [
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'IMDS_ENDPOINT',
];

/** Values of `AZURE_TOKEN_CREDENTIALS` by which the SDKs still come to an identity of ours. */
const ownCredentials = ['', 'prod', 'workloadidentitycredential', 'managedidentitycredential'];

/** The variables by which a tool of the job would find another managed identity than ours. */
export function machineIdentityNames(environment: Environment): readonly string[] {
  const asksForOne = credentialChoice(environment) === 'managedidentitycredential';
  const names = offers.filter((name) => isFilled(environment[name]));
  return asksForOne ? [...names, 'AZURE_TOKEN_CREDENTIALS'] : names;
}

/** Warns of what leads the SDKs away from the connection and cannot be put right from here. */
export function warnOfSelectors(
  environment: Environment,
  { warn }: Pick<PipelineAgent, 'warn'>,
): void {
  const choice = credentialChoice(environment);
  if (!ownCredentials.includes(choice)) {
    warn(
      'AZURE_TOKEN_CREDENTIALS chooses a credential by which DefaultAzureCredential does not find the service connection. Remove it from the variables of this job and the environment of the agent, or set it to WorkloadIdentityCredential.',
    );
  }
  // Some look only whether it is there.
  if (environment['IDENTITY_SERVER_THUMBPRINT'] !== undefined) {
    warn(
      'IDENTITY_SERVER_THUMBPRINT, of an agent in a Service Fabric cluster, has the SDKs ask for a managed identity in the way of that cluster, which fails here; those for JavaScript then fail altogether, and .NET, Azure PowerShell too, is refused. Begin each script that uses an SDK with: unset IDENTITY_SERVER_THUMBPRINT (an empty value does not help all of them).',
    );
  }
}

function credentialChoice(environment: Environment): string {
  return (environment['AZURE_TOKEN_CREDENTIALS'] ?? '').trim().toLowerCase();
}

function isFilled(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
