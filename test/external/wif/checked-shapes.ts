import { azureCliStep, type CheckedPipeline } from './checked-pipeline.ts';

/** What pipelines are made of: files, templates, jobs, expressions, tasks. */
export const checkedShapes: readonly CheckedPipeline[] = [
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
    files: { 'steps/login.yml': azureCliStep('echo $idToken > f') },
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
    yaml: `${azureCliStep('az group list')}---\n${azureCliStep('echo $idToken > f')}`,
    says: ['2 our step ends-early', '10 our step ends-early', '15 change kept-id-token'],
  },
  {
    what: 'tasks that hold one token for good',
    yaml: `steps:
  - task: TerraformCLI@1
    inputs: { backendServiceArm: prod }
  - task: PackerBuild@1
    inputs: { ConnectedServiceName: prod }
`,
    says: ['2 change unsupported-task', '4 change unsupported-task'],
  },
  {
    what: 'tasks with lives of their own, and a version that nobody has read',
    yaml: `steps:
  - task: AzureAppConfigurationExport@10
    inputs: { azureSubscription: prod }
  - task: ContainerBuild@0
    inputs: { azureSubscription: prod }
  - task: AzureFileCopy@6
    inputs: { azureSubscription: prod }
  - task: TerraformTaskV4@4
    inputs: { backendServiceArm: prod }
`,
    says: [
      '2 our step in-memory-briefly',
      '4 our step in-memory-briefly',
      '6 our step in-memory',
      '8 unknown unknown-task',
    ],
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
  {
    what: 'variables that a step maps',
    yaml: `steps:
  - script: terraform apply
    env:
      ARM_OIDC_TOKEN: $(ARM_OIDC_TOKEN)
      ARM_CLIENT_SECRET: $(servicePrincipalKey)
  - task: Bash@3
    inputs: { script: terraform apply }
    env: { ARM_OIDC_TOKEN: '', ARM_CLIENT_ID: $(clientId) }
`,
    says: ['4 change static-id-token', '5 change empty-secret'],
  },
  { what: 'nothing of Azure', yaml: 'steps:\n  - script: npm test\n', says: [] },
  { what: 'what is no YAML', yaml: 'steps: [\n', says: ['2 unknown no-yaml'] },
  { what: 'an empty file', yaml: '', says: [] },
];
