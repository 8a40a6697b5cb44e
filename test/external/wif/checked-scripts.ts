import { azureCliStep, type CheckedPipeline } from './checked-pipeline.ts';

/** Where steps of ours stand, and what scripts do with tokens. */
export const checkedScripts: readonly CheckedPipeline[] = [
  {
    what: 'an AzureCLI step alone',
    yaml: azureCliStep('az group list'),
    says: ['2 our step ends-early'],
  },
  {
    what: 'a step of ours before it',
    yaml: `steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: prod }
  - task: AzureCLI@2
    inputs: { azureSubscription: PROD, inlineScript: az group list }
`,
    says: ['2 nothing ours', '4 nothing kept-alive'],
  },
  {
    what: 'a step of ours with its publisher and extension',
    yaml: `steps:
  - task: workload-identity.workload-identity.TokenRefresher@1
    inputs: { azureSubscription: prod }
  - task: BicepDeploy@0
    inputs: { azureResourceManagerConnection: prod }
`,
    says: ['2 nothing ours', '4 nothing kept-alive'],
  },
  {
    what: 'a step of ours for another connection',
    yaml: `steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: test }
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, inlineScript: az group list }
`,
    says: ['2 nothing ours', '4 our step ends-early'],
  },
  {
    what: 'a step of ours that does not refresh',
    yaml: `steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: prod, refresh: false }
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, inlineScript: az group list }
`,
    says: ['2 nothing ours', '4 our step ends-early'],
  },
  {
    what: 'a step of ours in another job',
    yaml: `jobs:
  - job: one
    steps:
      - task: FederatedLogin@1
        inputs: { azureSubscription: prod }
  - job: two
    steps:
      - task: AzureCLI@2
        inputs: { azureSubscription: prod, inlineScript: az group list }
`,
    says: ['4 nothing ours', '8 our step ends-early'],
  },
  {
    what: 'ARM_OIDC_TOKEN in bash',
    yaml: azureCliStep('export ARM_OIDC_TOKEN=$idToken\nterraform apply'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN in PowerShell',
    yaml: azureCliStep('$env:ARM_OIDC_TOKEN = $env:idToken\nterraform apply'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN in cmd',
    yaml: azureCliStep('@echo off\nset "ARM_OIDC_TOKEN=%idToken%"\nterraform apply'),
    says: ['2 our step ends-early', '8 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN by way of a copy',
    yaml: azureCliStep('token="${idToken}"\nexport ARM_OIDC_TOKEN="$token"'),
    says: ['2 our step ends-early', '8 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN on a line that goes on, with others',
    yaml: azureCliStep('export ARM_USE_OIDC=true; export ARM_OIDC_TOKEN=\\\n"$idToken"'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN for later steps, in bash',
    yaml: azureCliStep('echo "##vso[task.setvariable variable=ARM_OIDC_TOKEN]$idToken"'),
    says: ['2 our step ends-early', '7 change printed-id-token', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN for later steps, in PowerShell',
    yaml: azureCliStep(
      'Write-Host "##vso[task.setvariable variable=ARM_OIDC_TOKEN;issecret=true]$env:idToken"',
    ),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'a secret variable from the ID token',
    yaml: azureCliStep(
      'echo "##vso[task.setvariable variable=AZURE_ID_TOKEN;issecret=true]${idToken}"',
    ),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an access token for an ID token',
    yaml: azureCliStep(
      'export ARM_OIDC_TOKEN=$(az account get-access-token --query accessToken -o tsv)',
    ),
    says: ['2 our step ends-early', '7 change access-token-as-id-token'],
  },
  {
    what: 'an access token for an ID token, by way of a variable',
    yaml: azureCliStep('T=$(az account get-access-token -o tsv)\nexport ARM_OIDC_TOKEN=$T'),
    says: ['2 our step ends-early', '8 change access-token-as-id-token'],
  },
  {
    what: 'an access token for later steps',
    yaml: azureCliStep(
      'T=$(az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 -o tsv)\necho "##vso[task.setvariable variable=TOKEN;issecret=true]$T"',
    ),
    says: ['2 our step ends-early', '8 change kept-devops-token'],
  },
  {
    what: 'an ID token in a file',
    yaml: azureCliStep('echo $idToken > /tmp/token'),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an ID token in a file, in PowerShell',
    yaml: azureCliStep('$env:idToken | Set-Content token.txt'),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an ID token that is printed',
    yaml: azureCliStep('echo "token: $idToken"'),
    says: ['2 our step ends-early', '7 change printed-id-token'],
  },
  {
    what: 'a secret that will be empty, in bash',
    yaml: azureCliStep(
      'az login --service-principal -u $servicePrincipalId -p $servicePrincipalKey',
    ),
    says: ['2 our step ends-early', '7 change empty-secret'],
  },
  {
    what: 'a secret that will be empty, in PowerShell and cmd',
    yaml: azureCliStep(
      '$env:ARM_CLIENT_SECRET = $env:servicePrincipalKey\nset ARM_CLIENT_SECRET=%servicePrincipalKey%',
    ),
    says: ['2 our step ends-early', '7 change empty-secret', '8 change empty-secret'],
  },
  {
    what: 'the same words in comments',
    yaml: azureCliStep('# export ARM_OIDC_TOKEN=$idToken\nREM echo %idToken%'),
    says: ['2 our step ends-early'],
  },
  {
    what: 'names that only look alike',
    yaml: azureCliStep('echo $idTokenCount\necho $myidToken'),
    says: ['2 our step ends-early'],
  },
];
