/** What a task does about the tokens of its connection. */
export type TaskKind =
  /** Kept alive by a step of ours before it. */
  | { readonly kind: 'kept'; readonly by: string }
  /** Signs in in memory: nobody can renew it from outside. It ends with its access token, unless `lasts` says otherwise. */
  | {
      readonly kind: 'in memory';
      readonly instead: string;
      readonly lasts?: string;
      /** Without a connection it takes the job's own token, which lasts. */
      readonly needsConnection?: true;
    }
  /** Needs no session for long, or renews it itself. */
  | { readonly kind: 'fine' }
  /** Knows no federation, or holds one token for good. */
  | { readonly kind: 'unsupported'; readonly what: string; readonly todo: string }
  | { readonly kind: 'ours'; readonly keepsAlive: boolean }
  | { readonly kind: 'unknown' };

const anyStep = 'FederatedLogin@1, TokenRefresher@1 or TerraformOidcEnv@1 at the top of the job';
const federatedLogin = 'FederatedLogin@1 at the top of the job';
const script = 'its command of Azure CLI in a script after FederatedLogin@1';

/**
 * The tasks that are known, by name and versions: what each does with tokens follows from its source,
 * or from what its maintainers document. a task or version that is not here is unknown,
 * where it names a connection.
 */
const table: readonly (readonly [RegExp, TaskKind])[] = [
  [/^(FederatedLogin|TokenRefresher)@1$/i, { kind: 'ours', keepsAlive: true }],
  [/^TerraformOidcEnv@1$/i, { kind: 'ours', keepsAlive: true }],
  [/^(AzureCLI@[123]|BicepDeploy@0)$/i, { kind: 'kept', by: anyStep }],
  [/^(AzureContainerApps@[01]|AzureIoTEdge@2)$/i, { kind: 'kept', by: federatedLogin }],
  [/^(HelmDeploy|KubernetesManifest|Kubernetes)@[01]$/i, { kind: 'kept', by: anyStep }],
  [/^AzureFunctionOnKubernetes@1$/i, { kind: 'kept', by: anyStep }],
  [/^AzureKeyVault@[12]$/i, { kind: 'fine' }],
  [/^TerraformTask@5$/i, { kind: 'fine' }],
  [
    /^(Docker@2|ContainerBuild@0)$/i,
    {
      kind: 'in memory',
      lasts: 'with the token of its registry, after about three hours',
      instead: 'az acr login again, in a script after FederatedLogin@1',
    },
  ],
  [
    /^(AzureResourceManagerTemplateDeployment@3|AzureResourceGroupDeployment@2)$/i,
    { kind: 'in memory', instead: 'az deployment group create in AzureCLI@2, or BicepDeploy@0' },
  ],
  [
    /^(AzureWebApp@1|AzureFunctionApp@[12]|AzureRmWebAppDeployment@[345]|AzureAppServiceManage@0|AzureAppServiceSettings@1|AzureWebAppContainer@1|AzureFunctionAppContainer@1|AzureSpringCloud@0|AzureVmssDeployment@[01]|AzureMysqlDeployment@[12])$/i,
    { kind: 'in memory', instead: script },
  ],
  [
    /^AzureAppConfiguration(Export|Import)@10$/i,
    {
      kind: 'in memory',
      lasts: 'with its ID token, after about ten minutes',
      instead: 'az appconfig kv in a script after FederatedLogin@1',
    },
  ],
  [
    /^AzurePowerShell@[45]$/i,
    {
      kind: 'in memory',
      instead:
        'Connect-AzAccount -Identity as the first line of the script, after FederatedLogin@1',
    },
  ],
  [
    /^(AzureFileCopy@6|SqlAzureDacpacDeployment@1)$/i,
    { kind: 'in memory', instead: 'AzCopy or sqlpackage in a script after FederatedLogin@1' },
  ],
  [
    /^(NuGetAuthenticate@1|npmAuthenticate@0|MavenAuthenticate@0|PipAuthenticate@1|TwineAuthenticate@1)$/i,
    {
      kind: 'in memory',
      needsConnection: true,
      instead: 'the token file of FederatedLogin@1 with connectionType: azureDevOps',
    },
  ],
  [
    /^TerraformCLI@1$/i,
    {
      kind: 'unsupported',
      what: 'it gives Terraform one token for good, and that wins over every refresh',
      todo: 'terraform in a script step after TerraformOidcEnv@1',
    },
  ],
  [
    /^(PackerBuild@1|Notation@0|PublishSymbols@2)$/i,
    {
      kind: 'unsupported',
      what: 'it holds one token for as long as it runs',
      todo: 'the program itself in a script step after TokenRefresher@1',
    },
  ],
];

/** What is known of a task. */
export function taskKind(task: string): TaskKind {
  return table.find(([pattern]) => pattern.test(task))?.[1] ?? { kind: 'unknown' };
}
