import assert from 'node:assert/strict';
import type { Profile } from '../harness/agent/contract.ts';
import { trustAtAws, trustAtGoogle } from '../harness/emulator/other-clouds/trusts.ts';
import { repositoryFile } from '../harness/stage.ts';
import { has } from '../support/needs.ts';
import { useStandIns } from './support/stand-ins.ts';
import { assertClean } from './support/theatre.ts';

interface Example {
  readonly title: string;
  readonly yaml: string;
  /** Not where it has a step in PowerShell, which is not here. */
  readonly isRun: boolean;
}

/** The pages, each with the least that it has. */
const pages = [
  {
    page: 'docs/EXAMPLES.md',
    atLeast: 20,
    sources: 'examples/recipes',
    unplayed: ['Azure PowerShell'],
  },
  { page: 'README.md', atLeast: 2, sources: 'examples/recipes', unplayed: [] },
  { page: 'docs/OTHER-CLOUDS.md', atLeast: 6, sources: 'examples/other-clouds', unplayed: [] },
] as const;

/** Programs that are not here, or would reach for a server that is not: each has a stand-in. */
const standIns = [
  'aws',
  'az',
  'azcopy',
  'azd',
  'curl',
  'docker',
  'gcloud',
  'git',
  'kubectl',
  'kubelogin',
  'psql',
  'python',
  'tofu',
  'vault',
];

/** Where the page itself maps a token into a step, that step has it. */
const mappedByTheAuthor = {
  where: 'environment' as const,
  place: /^(SYSTEM_ACCESSTOKEN|ARM_OIDC_TOKEN|VAULT_TOKEN|PGPASSWORD) of /,
};
/** The agent's helper inside the container knows what the task knows. */
const helperOfContainer = {
  where: 'environment' as const,
  place: /^(ENDPOINT_AUTH_|SECRET_)/,
};

describe('Every pipeline to copy', function () {
  this.timeout(300_000);
  const theatre = useStandIns(standIns, { blobStorage: true });

  before(() => theatre.emulator.createContainer('tfstate'));

  for (const { page, atLeast, sources, unplayed } of pages) {
    const examples = examplesIn(repositoryFile(...page.split('/')));

    it(`is found in ${page}, and run, but for PowerShell's own`, () => {
      assert.ok(examples.length >= atLeast, String(examples.length));
      const left = examples.filter(({ isRun }) => !isRun).map(({ title }) => title);
      assert.deepEqual(left, unplayed);
    });

    for (const { title, yaml, isRun } of examples) {
      if (!isRun) continue;
      if (/^ *terraform /m.test(yaml) && !has('terraform', `${page}: ${title}`)) continue;
      it(`ends green: ${title}, of ${page}`, () => playExample(yaml, sources));
    }
  }

  async function playExample(yaml: string, sources: string): Promise<void> {
    const { emulator, stage } = theatre;
    const connections = ['contoso-production', 'contoso-hub'].map((name) =>
      emulator.addServiceConnection({ name, issuer: 'entra' }),
    );
    const name = 'contoso-clouds';
    const clouds = emulator.addServiceConnection({ name, issuer: 'entra', role: false });
    trustAtGoogle(emulator, clouds, name);
    trustAtAws(emulator, clouds, name);
    const profile = profileOf(yaml);
    const play = await stage.play({
      pipeline: yaml,
      connections: [...connections, clouds],
      profile,
      sources,
      variables: {
        productionSubscription: emulator.subscriptionId,
        productionTenant: emulator.tenantId,
      },
      allow: profile === 'container' ? [mappedByTheAuthor, helperOfContainer] : [mappedByTheAuthor],
    });
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assertClean(play);
    const warnings = play.report.steps.flatMap(({ issues }) => issues);
    const isStatic = yaml.includes('mode: static');
    assert.equal(warnings.length, isStatic ? 1 : 0, JSON.stringify(warnings));
  }
});

/** The YAML of a page, each under its nearest heading. */
function examplesIn(page: string): readonly Example[] {
  const pattern = /^#+ (?<heading>.+)$|^```yaml\n(?<yaml>[^]*?)^```$/gm;
  let title = '';
  const found: Example[] = [];
  for (const { groups = {} } of page.matchAll(pattern)) {
    const { heading, yaml } = groups;
    if (heading !== undefined) title = heading;
    // What is not of a pipeline is not played.
    if (yaml === undefined || !/^ *- task: /m.test(yaml)) continue;
    found.push({ title, yaml, isRun: !/^ *- pwsh:/m.test(yaml) });
  }
  return found;
}

function profileOf(yaml: string): Profile {
  if (/^ *- deployment:/m.test(yaml)) return 'deployment';
  return /^ *container: /m.test(yaml) ? 'container' : 'build';
}
