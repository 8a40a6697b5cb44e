import { unzipSync, zipSync } from 'fflate';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { packageIn } from '../harness/package-file.ts';
import { repositoryFile } from '../harness/stage.ts';
import { has } from '../support/needs.ts';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

type Step = Readonly<Record<string, unknown>>;

const recipe = (name: string): readonly Step[] =>
  parse(repositoryFile('examples', 'azure-devops', `${name}.yml`)) as readonly Step[];

/** The steps of a pipeline that publish, wherever they stand. */
function publishing(node: unknown): readonly Step[] {
  if (typeof node !== 'object' || node === null) return [];
  const { bash = '' } = node as { readonly bash?: string };
  if (bash.includes('tfx extension publish')) return [node as Step];
  return Object.values(node).flatMap(publishing);
}

const pipeline = (name: string): unknown => parse(repositoryFile(name));

const examples = join(import.meta.dirname, '..', '..', 'examples', 'azure-devops');

/** Where the author of a pipeline hands a token to one program. */
const mappedByTheAuthor = {
  where: 'environment' as const,
  place: /^(AZURE_DEVOPS_TOKEN|PIP_INDEX_URL|MARKETPLACE_TOKEN) of /,
};

describe('A connection to Azure DevOps itself', function () {
  this.timeout(180_000);
  const theatre = useTheatre();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packages-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The package of this project as another version, since the marketplace takes none twice. */
  function packageOf(version: string): string {
    const files = unzipSync(readFileSync(packageIn()));
    const manifest = 'extension.vsixmanifest';
    const text = Buffer.from(files[manifest] ?? []).toString();
    const changed = text.replace(/(<Identity [^>]*Version=")[^"]*/, `$1${version}`);
    assert.notEqual(changed, text);
    const path = join(folder, `${version}.vsix`);
    writeFileSync(path, zipSync({ ...files, [manifest]: Buffer.from(changed) }, { level: 0 }));
    return path;
  }

  it("serves each recipe of its page, and this project's own release, by the programs that they name", async () => {
    const { emulator, stage } = theatre;
    const name = 'contoso-devops';
    const connection = emulator.addServiceConnection({ name, type: 'WorkloadIdentityUser' });
    emulator.office.admitPublisher(connection.clientId);
    const withPip = has('pip3', 'the recipe for pip');
    const withMaven = has('mvn', 'the recipe for Maven') && has('keytool', 'the recipe for Maven');
    const recipes = ['npm', ...(withPip ? ['pip'] : []), ...(withMaven ? ['maven'] : [])];
    const [, byToken] = publishing(pipeline('azure-pipelines.yml'));
    const [, byConnection] = publishing(pipeline('azure-pipelines-release.yml'));
    const workingDirectory = '$(System.DefaultWorkingDirectory)/azure-devops';
    const steps = [
      ...recipe('sign-in'),
      { task: 'TokenRefresher@1', inputs: signInOf('azure-pipelines-release.yml') },
      {
        bash: [
          'cp "$(examples)/npmrc" .npmrc && cp "$(examples)/settings.xml" settings.xml',
          // A machine may have an authority of its own for npm.
          'echo "cafile=$SSL_CERT_FILE" >> .npmrc',
          ...(withMaven ? ['bash java.sh'] : []),
          'packages=$(Pipeline.Workspace) && mkdir -p "$packages/package" "$packages/build/package"',
          `cp "${packageOf('1.0.1')}" "$packages/package"`,
          `cp "${packageOf('1.0.2')}" "$packages/build/package"`,
        ].join('\n'),
        workingDirectory,
      },
      ...recipe('rest'),
      ...recipes.flatMap(recipe).map((step) => ({ ...step, workingDirectory })),
      {
        bash: `cat node_modules/greeting/package.json ${withPip ? 'site-packages/greeting.py' : ''}`,
        displayName: 'look',
        workingDirectory,
      },
      byToken,
      byConnection,
    ];
    const play = await stage.play({
      pipeline: stringify({ steps }),
      connections: [connection],
      sources: 'test/e2e/programs',
      variables: {
        examples,
        marketplaceConnection: name,
        marketplaceToken: { value: emulator.office.issuePersonalAccessToken(), secret: true },
      },
      allow: [mappedByTheAuthor],
    });
    assertGreen(play);
    assert.match(linesOf(play.report, 'List projects').join('\n'), /"name":"shop"/);
    const installed = linesOf(play.report, 'look').join('\n');
    assert.match(installed, withPip ? /"greeting".*\n?print\("hello"\)/ : /"greeting"/);
    const answered = play.journal.filter(({ status }) => status < 300);
    const feeds = answered.filter(({ route }) => route === 'feeds');
    const protocols = new Set(feeds.map(({ path }) => path.split('/')[4]));
    const known = recipes.map((one) => (one === 'pip' ? 'pypi' : one));
    assert.deepEqual([...protocols], known);
    const published = answered.filter(
      ({ route, method }) => route === 'marketplace' && method.startsWith('P'),
    );
    assert.deepEqual(
      published.map(({ method }) => method),
      ['POST', 'PUT'],
      'what the token has published is updated without it',
    );
  });
});

/** The inputs of the step of ours in a pipeline. */
function signInOf(name: string): unknown {
  const [, inputs] =
    /- task: TokenRefresher@1\n[^]*?inputs:\n((?: {14,}.*\n)+)/.exec(repositoryFile(name)) ?? [];
  return parse(inputs ?? '');
}
