import assert from 'node:assert/strict';
import type { Project } from '../harness/emulator/emulator.ts';
import { useDesk } from './support/desk.ts';

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly user: string;
  readonly longest: string;
  readonly verdict: string;
  readonly code: string;
  readonly where: string;
  readonly what: string;
  readonly todo: string;
}

interface Report {
  readonly risks: readonly Row[];
}

const yaml = `steps:
  - task: AzureCLI@2
    inputs:
      azureSubscription: deploy
      addSpnToEnvironment: true
      scriptPath: scripts/apply.sh
  - task: AzureCLI@2
    inputs: { azureSubscription: another, inlineScript: export ARM_OIDC_TOKEN=$idToken }
  - template: steps/web.yml
  # A token for Azure DevOps is no risk of a connection to Azure.
  - bash: az boards query
    env: { AZURE_DEVOPS_EXT_PAT: $(pat) }
`;
const files = {
  '/azure-pipelines.yml': yaml,
  '/scripts/apply.sh': 'export ARM_CLIENT_SECRET=$servicePrincipalKey\nterraform apply\n',
  '/steps/web.yml': `steps:
  - task: AzureWebApp@1
    inputs: { azureSubscription: deploy }
`,
};

describe('The risks of a connection', () => {
  const desk = useDesk();
  afterEach(() => desk().assertNoCredential());

  const shop = (): Project => {
    const [project] = desk().emulator.office.projects;
    assert.ok(project);
    return project;
  };
  const definition = (
    id: number,
    name: string,
  ): { id: number; name: string; project: Project } => ({
    id,
    name,
    project: shop(),
  });
  const rows = ({ risks }: Report): readonly (readonly string[])[] =>
    risks.map(({ user, verdict, code, where }) => [user, verdict, code, where]);

  /** A connection with a pipeline of 72 minutes; its issuer decides what becomes of that. */
  const populate = (options: Readonly<Record<string, unknown>>): string => {
    const { office } = desk().emulator;
    const { id } = office.addConnection({ name: 'deploy', ...options });
    office.addDefinition({
      ...definition(7, 'shop-ci'),
      yamlFile: 'azure-pipelines.yml',
      repositoryType: 'TfsGit',
      files,
    });
    const run = { planType: 'Build', definition: definition(7, 'shop-ci') } as const;
    office.addRun(id, run, 72);
    office.addRun(id, run, 3);
    return id;
  };

  it('with the issuer of Azure DevOps: the longest job, and each step that names it', async () => {
    populate({ issuer: 'azure-devops' });
    const report = await desk().json<Report>(0, 'list', '--risk');
    assert.deepEqual(rows(report), [
      ['shop-ci', 'our step', 'outlives-tokens', ''],
      ['shop-ci', 'our step', 'ends-early', '/azure-pipelines.yml:2'],
      ['shop-ci', 'change', 'empty-secret', '/scripts/apply.sh:1'],
      ['shop-ci', 'our step', 'in-memory', '/steps/web.yml:2'],
    ]);
    const [first] = report.risks;
    assert.equal(first?.longest, '1 h 12 min');
    assert.match(first.todo, /FederatedLogin@1/);
  });

  it('are foreseen before a conversion, with the lives that its tokens will have', async () => {
    populate({ scheme: 'ServicePrincipal' });
    const report = await desk().json<Report>(0, 'convert', 'deploy');
    assert.deepEqual(rows(report), [
      ['shop-ci', 'nothing', 'short-enough', ''],
      ['shop-ci', 'change', 'empty-secret', '/scripts/apply.sh:1'],
    ]);
    const { out } = await desk().run('convert', 'deploy');
    assert.match(out, /servicePrincipalKey is empty for a federated connection/);
    assert.match(out, /^Risks: 1 nothing, 1 change\./m);
    assert.deepEqual(desk().emulator.office.conversions, []);
  });

  it('of classic releases, classic builds, Key Vault groups and repositories elsewhere are told as unknown', async () => {
    const { office } = desk().emulator;
    const { id } = office.addConnection({ name: 'deploy', issuer: 'azure-devops' });
    const elsewhere = { yamlFile: 'ci.yml', repositoryType: 'GitHub', files: {} } as const;
    office.addDefinition({ ...definition(1, 'hub'), ...elsewhere });
    office.addDefinition({ ...definition(2, 'old'), repositoryType: 'TfsGit', files: {} });
    office.addDefinition({
      ...definition(3, 'moved'),
      ...{ yamlFile: '/gone.yml', repositoryType: 'TfsGit', files: {} },
    });
    const uses = [
      [1, 'hub', 'Build', 4],
      [2, 'old', 'Build', 3],
      [3, 'moved', 'Build', 2],
      [4, 'deleted', 'Build', 1],
      [5, 'release', 'Release', 30],
    ] as const;
    for (const [number, name, planType, minutes] of uses)
      office.addRun(id, { planType, definition: definition(number, name) }, minutes);
    office.addKeyVaultGroup({
      name: 'secrets',
      project: shop(),
      vault: 'shop-kv',
      connectionId: id,
    });
    const { risks } = await desk().json<Report>(0, 'list', '--risk');
    const told = risks.filter(({ code }) => code !== 'short-enough');
    assert.deepEqual(
      told.map(({ user, kind, verdict, code }) => [user, kind, verdict, code]),
      [
        ['secrets', 'variable group', 'unknown', 'key-vault-group'],
        ['release', 'classic release', 'our step', 'outlives-tokens'],
        ['release', 'classic release', 'unknown', 'classic'],
        ['hub', 'pipeline', 'unknown', 'elsewhere'],
        ['old', 'classic build', 'unknown', 'classic'],
        ['moved', 'pipeline', 'unknown', 'unread-pipeline'],
        ['deleted', 'pipeline', 'nothing', 'gone'],
      ],
    );
  });

  it('are a table for people, and rows for spreadsheets', async () => {
    populate({ issuer: 'azure-devops' });
    const { out } = await desk().run('list', '--risk');
    assert.match(out, /^shop +deploy +pipeline +shop-ci +1 h 12 min +our step +its longest job/m);
    assert.match(out, /^Risks: 3 our step, 1 change\./m);
    const csv = await desk().run('list', '--risk', '--output', 'csv');
    assert.match(
      csv.out,
      /^project,name,id,kind,user,longest,longestMinutes,lives,where,step,verdict,code,what,todo\r\n/,
    );
    assert.equal(csv.out.trim().split('\r\n').length, 5);
  });

  it('that cannot be looked at are told as unknown, with what a look takes', async () => {
    populate({ issuer: 'azure-devops' });
    desk().emulator.faults.inject({
      at: 'service-endpoints',
      kind: { status: 403 },
      when: ({ path }) => path.includes('/build/definitions/'),
    });
    const { risks } = await desk().json<Report>(0, 'list', '--risk');
    assert.deepEqual(rows({ risks }).slice(1), [['shop-ci', 'unknown', 'unread', '']]);
    assert.match(risks[1]?.todo ?? '', /vso\.build/);
  });

  it('are looked for once in each file, however many connections name it', async () => {
    populate({ issuer: 'azure-devops' });
    const { office } = desk().emulator;
    const { id } = office.addConnection({ name: 'another', issuer: 'entra' });
    office.addRun(id, { planType: 'Build', definition: definition(7, 'shop-ci') }, 72);
    await desk().json<Report>(0, 'list', '--risk');
    const paths = desk().emulator.journal.entries.map(({ path }) => path);
    assert.equal(paths.filter((path) => path.endsWith('/build/definitions/7')).length, 1);
    assert.equal(paths.filter((path) => path.endsWith('/items')).length, 3);
  });
});
