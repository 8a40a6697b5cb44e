import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPipeline } from '../../../wif/administration/pipeline-check.ts';
import { repositoryOf } from '../../../wif/external/repository-files.ts';

interface Case {
  readonly what: string;
  readonly yaml: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Line, verdict and code of each remark, in their order. */
  readonly says: readonly string[];
}

const cli = (script: string, top = ''): string =>
  `${top}steps:
  - task: AzureCLI@2
    inputs:
      azureSubscription: prod
      addSpnToEnvironment: true
      inlineScript: |
${script
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
`;

const cases: readonly Case[] = [
  { what: 'an AzureCLI step alone', yaml: cli('az group list'), says: ['2 our step ends-early'] },
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
    yaml: cli('export ARM_OIDC_TOKEN=$idToken\nterraform apply'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN in PowerShell',
    yaml: cli('$env:ARM_OIDC_TOKEN = $env:idToken\nterraform apply'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN in cmd',
    yaml: cli('@echo off\nset "ARM_OIDC_TOKEN=%idToken%"\nterraform apply'),
    says: ['2 our step ends-early', '8 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN by way of a copy',
    yaml: cli('token="${idToken}"\nexport ARM_OIDC_TOKEN="$token"'),
    says: ['2 our step ends-early', '8 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN on a line that goes on, with others',
    yaml: cli('export ARM_USE_OIDC=true; export ARM_OIDC_TOKEN=\\\n"$idToken"'),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN for later steps, in bash',
    yaml: cli('echo "##vso[task.setvariable variable=ARM_OIDC_TOKEN]$idToken"'),
    says: ['2 our step ends-early', '7 change printed-id-token', '7 change static-id-token'],
  },
  {
    what: 'ARM_OIDC_TOKEN for later steps, in PowerShell',
    yaml: cli(
      'Write-Host "##vso[task.setvariable variable=ARM_OIDC_TOKEN;issecret=true]$env:idToken"',
    ),
    says: ['2 our step ends-early', '7 change static-id-token'],
  },
  {
    what: 'a secret variable from the ID token',
    yaml: cli('echo "##vso[task.setvariable variable=AZURE_ID_TOKEN;issecret=true]${idToken}"'),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an access token for an ID token',
    yaml: cli('export ARM_OIDC_TOKEN=$(az account get-access-token --query accessToken -o tsv)'),
    says: ['2 our step ends-early', '7 change access-token-as-id-token'],
  },
  {
    what: 'an access token for an ID token, by way of a variable',
    yaml: cli('T=$(az account get-access-token -o tsv)\nexport ARM_OIDC_TOKEN=$T'),
    says: ['2 our step ends-early', '8 change access-token-as-id-token'],
  },
  {
    what: 'an access token for later steps',
    yaml: cli(
      'T=$(az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 -o tsv)\necho "##vso[task.setvariable variable=TOKEN;issecret=true]$T"',
    ),
    says: ['2 our step ends-early', '8 change kept-access-token'],
  },
  {
    what: 'an ID token in a file',
    yaml: cli('echo $idToken > /tmp/token'),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an ID token in a file, in PowerShell',
    yaml: cli('$env:idToken | Set-Content token.txt'),
    says: ['2 our step ends-early', '7 change kept-id-token'],
  },
  {
    what: 'an ID token that is printed',
    yaml: cli('echo "token: $idToken"'),
    says: ['2 our step ends-early', '7 change printed-id-token'],
  },
  {
    what: 'a secret that will be empty, in bash',
    yaml: cli('az login --service-principal -u $servicePrincipalId -p $servicePrincipalKey'),
    says: ['2 our step ends-early', '7 change empty-secret'],
  },
  {
    what: 'a secret that will be empty, in PowerShell and cmd',
    yaml: cli(
      '$env:ARM_CLIENT_SECRET = $env:servicePrincipalKey\nset ARM_CLIENT_SECRET=%servicePrincipalKey%',
    ),
    says: ['2 our step ends-early', '7 change empty-secret', '8 change empty-secret'],
  },
  {
    what: 'the same words in comments',
    yaml: cli('# export ARM_OIDC_TOKEN=$idToken\nREM echo %idToken%'),
    says: ['2 our step ends-early'],
  },
  {
    what: 'names that only look alike',
    yaml: cli('echo $idTokenCount\necho $myidToken'),
    says: ['2 our step ends-early'],
  },
  {
    what: 'a script file of the repository',
    yaml: `steps:
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, scriptPath: scripts/apply.sh }
`,
    files: { 'scripts/apply.sh': '#!/bin/bash\n\nexport ARM_OIDC_TOKEN=$idToken\n' },
    says: ['2 our step ends-early', 'scripts/apply.sh:3 change static-id-token'],
  },
  {
    what: 'a script file that is not there',
    yaml: `steps:
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, scriptPath: $(Pipeline.Workspace)/drop/apply.sh }
`,
    says: ['2 our step ends-early', '2 unknown unread-script'],
  },
  {
    what: 'a script file outside of the repository',
    yaml: `steps:
  - task: Bash@3
    inputs: { filePath: ../../etc/passwd }
`,
    says: ['2 unknown unread-script'],
  },
  {
    what: 'a template of the repository, and one of another',
    yaml: `steps:
  - template: steps/login.yml
  - template: deploy.yml@shared
  - template: \${{ parameters.file }}
`,
    files: { 'steps/login.yml': cli('echo $idToken > f') },
    says: [
      'steps/login.yml:2 our step ends-early',
      'steps/login.yml:7 change kept-id-token',
      '3 unknown foreign-template',
      '4 unknown unread-template',
    ],
  },
  {
    what: 'templates that take one another',
    yaml: 'steps:\n  - template: a.yml\n',
    files: { 'a.yml': 'steps:\n  - template: b.yml\n', 'b.yml': 'steps:\n  - template: a.yml\n' },
    says: [],
  },
  {
    what: 'extends a template of another repository',
    yaml: 'extends:\n  template: secure.yml@templates\n',
    says: ['2 unknown foreign-template'],
  },
  {
    what: 'a deployment job with its hooks',
    yaml: `jobs:
  - deployment: web
    environment: prod
    strategy:
      runOnce:
        deploy:
          steps:
            - task: AzureWebApp@1
              inputs: { azureSubscription: prod }
        on:
          failure:
            steps:
              - task: AzureCLI@2
                inputs: { azureSubscription: prod, inlineScript: az webapp log tail }
`,
    says: ['8 our step in-memory', '13 our step ends-early'],
  },
  {
    what: 'a matrix, whose steps are the same',
    yaml: `strategy:
  matrix:
    west: { region: westeurope }
    north: { region: northeurope }
steps:
  - task: AzureResourceManagerTemplateDeployment@3
    inputs: { azureResourceManagerConnection: prod, location: $(region) }
`,
    says: ['6 our step in-memory'],
  },
  {
    what: 'steps under a condition of templates',
    yaml: `steps:
  - \${{ if eq(parameters.deploy, true) }}:
      - task: AzureCLI@2
        inputs: { azureSubscription: prod, inlineScript: az group list }
  - \${{ each one in parameters.tasks }}:
      - task: \${{ one }}
        inputs: { azureSubscription: prod }
`,
    says: ['3 our step ends-early', '6 unknown unknown-task'],
  },
  {
    what: 'a connection that only the run knows',
    yaml: `steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: $(connection) }
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, inlineScript: az group list }
`,
    says: ['2 nothing ours', '4 unknown unknown-connection'],
  },
  {
    what: 'a script that is filled in before the run',
    yaml: 'steps:\n  - bash: |\n      echo hello\n      ${{ parameters.command }}\n',
    says: ['4 unknown filled-in'],
  },
  {
    what: 'several documents',
    yaml: `${cli('az group list')}---\n${cli('echo $idToken > f')}`,
    says: ['2 our step ends-early', '10 our step ends-early', '15 change kept-id-token'],
  },
  {
    what: 'tasks that hold one token for good',
    yaml: `steps:
  - task: TerraformTaskV4@4
    inputs: { backendServiceArm: prod }
  - task: PackerBuild@1
    inputs: { ConnectedServiceName: prod }
`,
    says: ['2 change unsupported-task', '4 change unsupported-task'],
  },
  {
    what: 'tasks that need no long session, and one that nobody knows',
    yaml: `steps:
  - task: AzureKeyVault@2
    inputs: { azureSubscription: prod }
  - task: MyAzureThing@7
    inputs: { azureSubscription: prod }
  - task: NodeTool@0
`,
    says: ['2 nothing short-lived', '4 unknown unknown-task'],
  },
  { what: 'nothing of Azure', yaml: 'steps:\n  - script: npm test\n', says: [] },
  { what: 'what is no YAML', yaml: 'steps: [\n', says: ['2 unknown no-yaml'] },
  { what: 'an empty file', yaml: '', says: [] },
];

describe('The check of a pipeline', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'check-'));
    mkdirSync(join(folder, '.git'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('knows thirty pipelines and more', () => assert.ok(cases.length >= 30));

  for (const { what, yaml, files = {}, says } of cases) {
    it(`says of ${what}: ${says.length === 0 ? 'nothing' : says.join(', ')}`, () => {
      const file = join(folder, 'azure-pipelines.yml');
      for (const [name, text] of Object.entries({ 'azure-pipelines.yml': yaml, ...files })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const remarks = checkPipeline(file, yaml, repositoryOf(file)).map(
        ({ file: at, line, verdict, code }) => {
          const name = at.endsWith('azure-pipelines.yml')
            ? ''
            : `${at.split('check-')[1]?.replace(/^[^/]+\//, '') ?? at}:`;
          return `${name}${line} ${verdict} ${code}`;
        },
      );
      assert.deepEqual(remarks, says);
    });
  }
});
