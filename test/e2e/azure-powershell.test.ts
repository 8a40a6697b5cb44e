import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Stage } from '../harness/stage.ts';
import { mayLayOutImage } from '../support/needs.ts';
import { LaidOutPowerShell, layOutModule } from './support/power-shell.ts';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

const login = (more: string): string => `
  - task: FederatedLogin@1
    displayName: login
    inputs: { azureSubscription: shop${more} }
`;

const useAz = `
  - pwsh: Get-AzAccessToken
    displayName: use
`;

describe('Azure PowerShell', function () {
  this.timeout(300_000);
  const theatre = useTheatre();
  let folder = '';
  let shell: LaidOutPowerShell;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'powershell-'));
    shell = new LaidOutPowerShell(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function play(
    steps: string,
    more: {
      readonly environment?: Readonly<Record<string, string>>;
      readonly variables?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Awaited<ReturnType<Stage['play']>>> {
    const { emulator } = theatre;
    const path = [shell.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
    const stage = new Stage(emulator, { environment: { PATH: path, ...more.environment } });
    try {
      return await stage.play({
        pipeline: `steps:\n${steps}`,
        connections: [emulator.addServiceConnection({ name: 'shop' })],
        variables: more.variables ?? {},
      });
    } finally {
      stage.close();
    }
  }

  it('is not started with auto where its module is nowhere', async () => {
    const done = await play(login(''));
    assertGreen(done);
    assert.deepEqual(shell.starts, []);
    assert.ok(
      linesOf(done.report, 'login').includes(
        'Azure PowerShell is not signed in: pwsh is here without the module Az.Accounts.',
      ),
      done.report.log,
    );
  });

  for (const [where, modules, environment] of [
    ['beside the program', 'opt/powershell/7/Modules', {}],
    ["in the user's folder", 'data/powershell/Modules', { XDG_DATA_HOME: 'data' }],
    ['in an inherited PSModulePath', 'modules', { PSModulePath: 'modules' }],
  ] as const) {
    it(`is started once with auto where its module lies ${where}`, async () => {
      layOutModule(join(folder, modules), '1.12');
      const here = Object.entries(environment).map(([name, path]) => [name, join(folder, path)]);
      const done = await play(login('') + useAz, {
        environment: Object.fromEntries(here) as Record<string, string>,
      });
      assertGreen(done);
      assert.deepEqual(
        shell.starts.map(({ kind }) => kind),
        ['sign-in', 'step', 'forget'],
      );
      assert.ok(shell.starts[0]?.quiet);
    });
  }

  const line = 'Remove-Item Env:AZURE_FEDERATED_TOKEN_FILE';
  for (const before of [false, true]) {
    for (const { tools, version, says } of [
      { tools: 'azurePowerShell', version: '1.12', says: undefined },
      {
        tools: 'azurePowerShell',
        version: '1.21',
        says: before ? line : /is not exported, because/,
      },
      { tools: 'auto', version: '1.12', says: undefined },
      { tools: 'auto', version: '1.21', says: before ? line : /name azurePowerShell in the input/ },
    ] as const) {
      const earlier = before ? 'an earlier file' : 'no earlier file';
      it(`asks the broker in later steps, with ${tools}, Azure.Identity ${version} and ${earlier}`, async () => {
        layOutModule(join(shell.home, 'Modules'), version);
        const isLeftOut = tools !== 'auto' && version === '1.21' && !before;
        const first = before
          ? '  - task: TokenRefresher@1\n    inputs: { azureSubscription: shop }\n'
          : '';
        const script = version === '1.12' || isLeftOut ? '' : `${line}; `;
        const later = `
  - pwsh: ${script}Get-AzAccessToken
    displayName: use
`;
        const back = isLeftOut
          ? `  - task: TerraformOidcEnv@1
    displayName: terraform
    inputs: { azureSubscription: shop }
`
          : '';
        const done = await play(first + login(`, tools: ${tools}`) + later + back);
        assertGreen(done);
        assert.ok(linesOf(done.report, 'use').includes('signed in'), done.report.log);
        const said = linesOf(done.report, 'login').join('\n');
        const exported = said.split('Variables for the steps that follow: ')[1] ?? '';
        assert.equal(exported.includes('AZURE_FEDERATED_TOKEN_FILE'), !isLeftOut);
        if (says === undefined) assert.doesNotMatch(said, /AADSTS|not exported|Remove-Item/);
        else assert.ok(typeof says === 'string' ? said.includes(says) : says.test(said), said);
        if (!isLeftOut) return;
        const terraform = linesOf(done.report, 'terraform').join('\n');
        assert.ok(terraform.includes(line), terraform);
        assert.doesNotMatch(terraform, /another managed identity|another identity/);
      });
    }
  }

  const ofImage = 'of a Microsoft-hosted image';
  if (!mayLayOutImage(ofImage)) return;
  describe(ofImage, () => {
    const image = ['/usr/share/az_9.3.0', '/usr/share/az_12.1.0'] as const;
    const hosted = { 'agent.isSelfHosted': '0' };

    before(() => {
      for (const modules of image) layOutModule(modules, '1.12');
    });
    after(() => {
      for (const modules of image) rmSync(modules, { recursive: true, force: true });
    });

    it('is found where it is named, for later steps too, in its newest version', async () => {
      const path = join(folder, 'mine');
      const done = await play(login(', tools: azurePowerShell') + useAz, {
        environment: { PSModulePath: path },
        variables: hosted,
      });
      assertGreen(done);
      assert.deepEqual(
        shell.starts.map(({ kind, module, PSModulePath }) => [kind, module, PSModulePath]),
        ['sign-in', 'step', 'forget'].map((kind) => [
          kind,
          '/usr/share/az_12.1.0/Az.Accounts',
          `${path}:/usr/share/az_12.1.0`,
        ]),
      );
    });

    it('is not started with auto, and the log says how to have it', async () => {
      const done = await play(login(''), { variables: hosted });
      assertGreen(done);
      assert.deepEqual(shell.starts, []);
      assert.match(linesOf(done.report, 'login').join('\n'), /name azurePowerShell in the input/);
    });

    for (const [whose, variables, code] of [
      ['that its owner runs', {}, /AZURE_POWERSHELL_MISSING/],
      ['that a variable calls hosted', { Agent_IsSelfHosted: '0' }, /Agent_IsSelfHosted.+RESERVED/],
    ] as const) {
      it(`is left alone on a machine ${whose}`, async () => {
        const done = await play(login(', tools: azurePowerShell'), { variables });
        assert.equal(done.report.result, 'Failed');
        assert.match(done.report.log, code);
        assert.equal(done.report.variables['PSModulePath'], undefined);
      });
    }
  });
});
