import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Stage, type Play, type PlayOptions } from '../harness/stage.ts';
import { oldestAndNewest } from '../side-by-side/versions.ts';
import { installAzureCli, type Installation } from './support/azure-cli-installations.ts';
import { assertClean, assertGreen, useTheatre } from './support/theatre.ts';

const [oldest, newest] = oldestAndNewest;

/** A version whose second number is so much above or below. */
function beside(version: string, step: number): string {
  const [major = '', minor = ''] = version.split('.');
  return `${major}.${Number(minor) + step}.0`;
}

/** The profile of the job is there before FederatedLogin, with what a script did to it. */
function prepared(script: string): string {
  return `
  - task: TokenRefresher@1
    inputs: { azureSubscription: shop }
  - bash: |
      umask 077
      mkdir "$AGENT_TEMPDIRECTORY/workload-identity/azure-AzureCloud"
      cd "$AGENT_TEMPDIRECTORY/workload-identity/azure-AzureCloud"
      ${script}
`;
}

describe('Which Azure CLI is here', function () {
  this.timeout(120_000);
  const theatre = useTheatre();

  /** Signs in with that Azure CLI on the PATH, and shows what it was started with. */
  async function signIn(
    installation: Installation,
    version: string,
    {
      session = 'servicePrincipal',
      before,
      meanwhile = () => Promise.resolve(),
    }: {
      readonly session?: string;
      /** What a script does in the profile, while the broker has the connection already. */
      readonly before?: string;
      readonly meanwhile?: NonNullable<PlayOptions['meanwhile']>;
    } = {},
  ): Promise<{ play: Play; starts: readonly string[] }> {
    const root = mkdtempSync(join(tmpdir(), 'azure-cli-'));
    const { emulator } = theatre;
    const az = installAzureCli(root, installation, version, emulator.subscriptionId);
    const path = [az.folder, dirname(process.execPath), process.env['PATH'] ?? ''];
    const stage = new Stage(emulator, { environment: { PATH: path.join(delimiter) } });
    try {
      const connection = emulator.addServiceConnection({ name: 'shop' });
      const play = await stage.play({
        pipeline: `
variables: { System.Debug: true }
steps:
${before === undefined ? '' : prepared(before)}  - task: FederatedLogin@1
    inputs: { azureSubscription: shop, tools: azureCli, azureCliSession: ${session} }
  - bash: |
      echo "list: $(cat "$AZURE_CONFIG_DIR/azureProfile.json" | wc -c)"
      echo "modes: $(cd "$AZURE_CONFIG_DIR" && stat -c %a:%n * | tr '\\n' ' ')"
    displayName: look
`,
        connections: [connection],
        meanwhile,
      });
      return { play, starts: az.starts() };
    } finally {
      stage.close();
      rmSync(root, { recursive: true, force: true });
    }
  }

  for (const { installation, version, session } of [
    {
      installation: "pip's virtual environment",
      version: beside(newest, 6),
      session: 'servicePrincipal',
    },
    {
      installation: "Microsoft's package for Debian",
      version: oldest,
      session: 'servicePrincipal',
    },
    { installation: 'package for Red Hat', version: newest, session: 'servicePrincipal' },
    { installation: 'Homebrew', version: newest, session: 'managedIdentity' },
  ] as const) {
    it(`is read from the disk, and it does not run: ${version} of ${installation}, ${session}`, async () => {
      const { play, starts } = await signIn(installation, version, { session });
      assertGreen(play);
      assert.deepEqual(starts, []);
      assert.match(play.report.log, /list: [1-9]\d\d/);
      assert.match(play.report.log, /modes: .*600:azureProfile\.json/);
      assert.doesNotMatch(play.report.log, /modes: .*[^ ]*(?:644|664|666):/);
      const written = `The session of Azure CLI ${version} was written without starting it`;
      assert.ok(play.report.log.includes(written), play.report.log);
    });
  }

  for (const { installation, version, why } of [
    { installation: 'script of somebody else', version: newest, why: 'no known installer' },
    { installation: 'Homebrew', version: beside(newest, 7), why: 'was never compared' },
  ] as const) {
    it(`runs once to sign itself in: ${version} of ${installation}`, async () => {
      const { play, starts } = await signIn(installation, version);
      assert.equal(play.report.result, 'Succeeded', play.report.log);
      assert.equal(starts.length, 1, starts.join('\n'));
      assert.match(starts[0] ?? '', / login --service-principal /);
      assert.match(play.report.log, new RegExp(`Azure CLI signs itself in by az login: .*${why}`));
    });
  }

  it('leaves nothing where a file of the session is none that it may write, and says so', async () => {
    const { play, starts } = await signIn("pip's virtual environment", newest, {
      before: 'mkdir ../azure-AzureCloud.json',
    });
    assert.equal(play.report.result, 'Failed', play.report.log);
    assert.match(
      play.report.log,
      /azure-AzureCloud\.json is not a private file.*STATE_DIRECTORY_UNSAFE/,
    );
    assert.deepEqual(starts, []);
    assertClean(play);
  });

  it('leaves nothing where the job is cancelled in the middle of writing', async () => {
    const { play } = await signIn("pip's virtual environment", newest, {
      // Whoever writes the token waits for this lock, five seconds at most.
      before: 'echo other > service_principal_entries.json.lockfile',
      meanwhile: async (run) => {
        const shared = join(run.workFolder, '_temp', 'workload-identity');
        const isPrepared = (): boolean =>
          existsSync(shared) &&
          readdirSync(shared, { recursive: true, encoding: 'utf8' }).some((path) =>
            path.endsWith(join('azure-AzureCloud', 'config')),
          );
        while (!isPrepared()) await pause(50);
        await pause(500);
        run.cancel();
      },
    });
    assert.equal(play.report.result, 'Canceled', play.report.log);
    assert.doesNotMatch(play.report.log, /Azure CLI is signed in/);
    assertClean(play);
  });
});
