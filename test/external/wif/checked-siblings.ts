import { azureCliStep, type CheckedPipeline } from './checked-pipeline.ts';

/** A script of one AzureCLI step, and the traits of its lines, from 1. */
type Row = readonly [what: string, script: string, traits: readonly (readonly [number, string])[]];

const rows: readonly Row[] = [
  // ARM_OIDC_TOKEN, however it is set
  [
    'ARM_OIDC_TOKEN for one command',
    'ARM_OIDC_TOKEN=$idToken terraform apply',
    [[1, 'static-id-token']],
  ],
  [
    'ARM_OIDC_TOKEN by env',
    'sudo env A=1 ARM_OIDC_TOKEN="$idToken" terraform apply',
    [[1, 'static-id-token']],
  ],
  [
    'an ID token for the backend of Terraform',
    'terraform init -backend-config="oidc_token=$idToken"',
    [[1, 'static-id-token']],
  ],
  [
    'an ID token as a variable of Terraform',
    'tofu plan -var oidc_token=${idToken}',
    [[1, 'static-id-token']],
  ],
  [
    'ARM_OIDC_TOKEN through .NET in PowerShell',
    "[Environment]::SetEnvironmentVariable('ARM_OIDC_TOKEN', $env:idToken)",
    [[1, 'static-id-token']],
  ],
  [
    'ARM_OIDC_TOKEN in Python',
    "os.environ['ARM_OIDC_TOKEN'] = os.environ['idToken']",
    [[1, 'static-id-token']],
  ],
  [
    'ARM_OIDC_TOKEN after cmd has delayed it',
    'set ARM_OIDC_TOKEN=!idToken!',
    [[1, 'static-id-token']],
  ],
  [
    'ARM_OIDC_TOKEN for later steps, in cmd',
    'echo ##vso[task.setvariable variable=ARM_OIDC_TOKEN]%idToken%',
    [
      [1, 'printed-id-token'],
      [1, 'static-id-token'],
    ],
  ],
  [
    'ARM_OIDC_TOKEN for later steps, by Write-Output',
    'Write-Output "##vso[task.setvariable variable=ARM_OIDC_TOKEN;]$($env:idToken)"',
    [
      [1, 'printed-id-token'],
      [1, 'static-id-token'],
    ],
  ],

  // An access token taken for an ID token
  [
    'an access token for an ID token, in PowerShell',
    '$token = (Get-AzAccessToken).Token\n$env:ARM_OIDC_TOKEN = $token',
    [[2, 'access-token-as-id-token']],
  ],
  [
    'an access token for an ID token, in cmd',
    "for /f %%i in ('az account get-access-token --query accessToken -o tsv') do set ARM_OIDC_TOKEN=%%i",
    [[1, 'access-token-as-id-token']],
  ],
  [
    'an access token for the backend of Terraform',
    'T=$(az account get-access-token -o tsv)\nterraform init -backend-config=oidc_token=$T',
    [[2, 'access-token-as-id-token']],
  ],

  // An ID token that is kept
  ['an ID token in a file, by printf', 'printf \'%s\' "$idToken" > token', [[1, 'kept-id-token']]],
  [
    'an ID token in a file, by tee',
    'echo "$idToken" | tee token > /dev/null',
    [[1, 'kept-id-token']],
  ],
  ['an ID token in a file, in cmd', 'echo %idToken%> token.txt', [[1, 'kept-id-token']]],
  [
    'an ID token in a file, in cmd without a line break',
    '<nul set /p=%idToken%>token.txt',
    [[1, 'kept-id-token']],
  ],
  [
    'an ID token in a file, by .NET in PowerShell',
    "[IO.File]::WriteAllText('token.txt', $env:idToken)",
    [[1, 'kept-id-token']],
  ],
  [
    'an ID token in a file, from a here-document',
    'cat > token.json <<EOF\n{ "token": "$idToken" }\nEOF\necho done',
    [[1, 'kept-id-token']],
  ],
  [
    'a here-document in which nothing is filled in',
    "cat > readme <<'EOF'\necho $idToken\nEOF\necho done",
    [],
  ],
  [
    'an ID token in a file, from a here-string',
    '@"\n{ "token": "$env:idToken" }\n"@ | Out-File token.json',
    [[1, 'kept-id-token']],
  ],
  [
    'AZURE_ID_TOKEN for later steps',
    'echo "##vso[task.setvariable variable=AZURE_ID_TOKEN;issecret=true]$idToken"',
    [[1, 'kept-id-token']],
  ],
  [
    'a sign-in of its own, in bash',
    'az login --service-principal -u $servicePrincipalId --tenant $tenantId --federated-token $idToken',
    [[1, 'kept-id-token']],
  ],
  [
    'a sign-in of its own, in PowerShell',
    'Connect-AzAccount -ServicePrincipal -FederatedToken $env:idToken',
    [[1, 'kept-id-token']],
  ],

  // An ID token that is printed
  ['an ID token that is printed, by printenv', 'printenv idToken', [[1, 'printed-id-token']]],
  [
    'an ID token that is printed, in PowerShell',
    'Write-Host "$env:idToken"',
    [[1, 'printed-id-token']],
  ],
  ['an ID token that is printed, in cmd', '@echo %idToken%', [[1, 'printed-id-token']]],
  [
    'an ID token that is printed, by a trace of the shell',
    'set -euxo pipefail\ncurl -d "jwt=$idToken" https://vault.example/v1/auth/jwt/login',
    [[2, 'printed-id-token']],
  ],
  ['an ID token that is measured only', 'echo "${#idToken}"', []],

  // A secret that will be empty
  [
    'a secret in a credential of PowerShell',
    '$key = ConvertTo-SecureString $env:servicePrincipalKey -AsPlainText -Force',
    [[1, 'empty-secret']],
  ],
  ['a secret in cmd', 'az login -p %servicePrincipalKey%', [[1, 'empty-secret']]],
  ['a secret in Python', 'secret = os.environ.get("servicePrincipalKey")', [[1, 'empty-secret']]],
  [
    'a secret through .NET in PowerShell',
    "$s = [Environment]::GetEnvironmentVariable('servicePrincipalKey')",
    [[1, 'empty-secret']],
  ],
  [
    'a variable of the same name, which the script fills itself',
    'servicePrincipalKey=$(az keyvault secret show -n key --vault-name v --query value -o tsv)\naz login -p $servicePrincipalKey',
    [],
  ],

  // An access token for later steps
  [
    'an access token for later steps, in PowerShell',
    '$t = az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 | ConvertFrom-Json\nWrite-Host "##vso[task.setvariable variable=PAT;issecret=true]$($t.accessToken)"',
    [[2, 'kept-devops-token']],
  ],
  [
    'an access token for later steps, in cmd',
    'for /f "delims=" %%i in (\'az account get-access-token --query accessToken -o tsv\') do set T=%%i\necho ##vso[task.setvariable variable=PAT;issecret=true]%T%',
    [[2, 'kept-access-token']],
  ],
  [
    'an access token in a file',
    'az account get-access-token --resource-type oss-rdbms -o tsv > token',
    [[1, 'kept-access-token']],
  ],
  [
    'an access token of the moment',
    'T=$(az account get-access-token -o tsv)\ncurl -H "Authorization: Bearer $T" https://example.com',
    [],
  ],
];

/** The first line of the script is line 7 of the pipeline. */
export const checkedSiblings: readonly CheckedPipeline[] = rows.map(([what, script, traits]) => ({
  what,
  yaml: azureCliStep(script),
  says: ['2 our step ends-early', ...traits.map(([line, code]) => `${line + 6} change ${code}`)],
}));
