import type { CheckedPipeline } from './checked-pipeline.ts';

const bash = (script: string, env = ''): string =>
  `steps:\n  - bash: |\n${script
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n')}\n${env === '' ? '' : `    env: { ${env} }\n`}`;

/** What pipelines do with tokens for Azure DevOps itself, and what does as well without one. */
export const checkedDevopsTokens: readonly CheckedPipeline[] = [
  {
    what: 'a personal access token for az devops, mapped by a step',
    yaml: bash('az repos list', 'AZURE_DEVOPS_EXT_PAT: $(pat)'),
    says: ['4 our step personal-access-token'],
  },
  {
    what: "the job's own token for az devops, which ends with the job",
    yaml: bash('az repos list', 'AZURE_DEVOPS_EXT_PAT: $(System.AccessToken)'),
    says: [],
  },
  {
    what: 'a personal access token as a variable of the pipeline, and of a job in a list',
    yaml: `variables:
  AZURE_DEVOPS_EXT_PAT: $(pat)
  other: $(pat)
jobs:
  - job: a
    variables:
      - group: shared
      - name: AZDO_PERSONAL_ACCESS_TOKEN
        value: $(pat)
`,
    says: ['2 our step personal-access-token', '8 our step personal-access-token'],
  },
  {
    what: 'a personal access token that scripts of three shells set, or pipe to az devops login',
    yaml: `steps:
  - bash: export AZURE_DEVOPS_EXT_PAT="$MY_PAT"
  - pwsh: $env:AZURE_DEVOPS_EXT_PAT = "$(pat)"
  - task: CmdLine@2
    inputs: { script: set AZURE_DEVOPS_EXT_PAT=%PAT% }
  - bash: echo "$(pat)" | az devops login --organization https://dev.azure.com/contoso
  - bash: echo "##vso[task.setvariable variable=AZURE_DEVOPS_EXT_PAT;issecret=true]$(pat)"
`,
    says: [2, 3, 5, 6, 7].map((line) => `${line} our step personal-access-token`),
  },
  {
    what: 'a token in the address of a repository, old and new, in place of a password and of a name',
    yaml: bash(
      [
        'git clone https://build:$(pat)@dev.azure.com/contoso/shop/_git/web',
        'git clone "https://x:${TOKEN}@contoso.visualstudio.com/shop/_git/web"',
        'git push https://$(DevOpsPat)@dev.azure.com/contoso/shop/_git/web',
      ].join('\n'),
    ),
    says: [3, 4, 5].map((line) => `${line} change token-in-url`),
  },
  {
    what: "an address with an organization, with the job's own token, or of somebody else",
    yaml: bash(
      [
        'git clone https://contoso@dev.azure.com/contoso/shop/_git/web',
        'git clone https://$(org)@dev.azure.com/$(org)/shop/_git/web',
        'git clone https://x:$(System.AccessToken)@dev.azure.com/contoso/shop/_git/web',
        'git clone https://x:$JOB_TOKEN@dev.azure.com/contoso/shop/_git/web',
        'git clone https://x:$(pat)@github.com/contoso/web',
      ].join('\n'),
      'JOB_TOKEN: $(System.AccessToken)',
    ),
    says: [],
  },
  {
    what: 'tfx with a token that the pipeline brings along',
    yaml: bash(
      [
        'tfx extension publish --vsix a.vsix --token $(marketplaceToken)',
        'npx tfx extension publish -t "$TOKEN" --vsix a.vsix',
        'printf "%s\\n" "$TOKEN" | npx --no-install tfx extension publish --vsix a.vsix',
      ].join('\n'),
    ),
    says: [3, 4, 5].map((line) => `${line} our step personal-access-token`),
  },
  {
    what: 'tfx with the file that a step of ours keeps fresh, at once or by a variable',
    yaml: bash(
      [
        'tfx extension publish --vsix a.vsix --token "$(cat "$MARKETPLACE_TOKEN_FILE")"',
        'cat "$MARKETPLACE_TOKEN_FILE" | npx tfx extension publish --vsix a.vsix',
        'AZURE_DEVOPS_EXT_PAT=$(cat "$MARKETPLACE_TOKEN_FILE") az devops project list',
        'token=$(cat "$MARKETPLACE_TOKEN_FILE")',
        'tfx extension publish --vsix a.vsix --token "$token"',
      ].join('\n'),
    ),
    says: [],
  },
  {
    what: 'an access token for Azure DevOps that is used where it was made',
    yaml: bash(
      [
        'token=$(az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 -o tsv)',
        'tfx extension publish --vsix a.vsix --token "$token"',
      ].join('\n'),
    ),
    says: [],
  },
  {
    what: 'an access token for Azure DevOps that is kept for later steps, at once or by a variable',
    yaml: bash(
      [
        'token=$(az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 -o tsv)',
        'echo "##vso[task.setvariable variable=devops;issecret=true]$token"',
        'az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 > token.json',
      ].join('\n'),
    ),
    says: ['4 change kept-devops-token', '5 change kept-devops-token'],
  },
  {
    what: 'feeds that sign in by a connection, which end early, and by the job, which do not',
    yaml: `steps:
  - task: NuGetAuthenticate@1
  - task: npmAuthenticate@0
    inputs: { azureDevOpsServiceConnection: feeds, workingFile: .npmrc }
`,
    says: ['3 our step in-memory'],
  },
  {
    what: 'a step whose hidden connection is another',
    yaml: `steps:
  - task: FederatedLogin@1
    inputs: { connectionType: azureDevOps, azureSubscription: prod, azureDevOpsServiceConnection: us }
  - task: AzureCLI@3
    inputs: { connectionType: azureDevOps, azureSubscription: dev, azureDevOpsServiceConnection: us }
  - task: AzureCLI@3
    inputs: { azureSubscription: prod, inlineScript: az group list }
`,
    says: ['2 nothing ours', '4 nothing kept-alive', '6 our step ends-early'],
  },
];
