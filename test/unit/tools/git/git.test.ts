import assert from 'node:assert/strict';
import type { ToolOutcome } from '../../../../src/ports.ts';
import { anAccessToken, anAzureDevOpsConnection } from '../../../support/builders.ts';
import { directory, ToolStage, type ToolScene } from '../../../support/tool-stage.ts';

const ofVersion = (version: string) => (): Partial<ToolOutcome> => ({
  output: `git version ${version}\n`,
});
const inUse = {
  environment: { GIT_CONFIG_COUNT: '1' },
  variables: [{ name: 'GIT_CONFIG_COUNT', isEmpty: false, source: 'environment' }],
} as const satisfies Partial<ToolScene>;

function stageOf(scene: Partial<ToolScene> = {}): ToolStage {
  return new ToolStage({
    programs: ['git'],
    choice: ['git'],
    reply: ofVersion('2.39.5'),
    ...scene,
  });
}

describe('signing git in', () => {
  it('starts git for its version only, and gives later steps a file that the broker keeps', async () => {
    const stage = stageOf();
    const variables = await stage.signIn();
    assert.deepEqual(stage.tools.lines, ['/bin/git --version']);
    assert.equal(variables['WORKLOAD_IDENTITY_GIT_TOKEN_FILE'], `${directory}/git-token`);
    assert.equal(variables['GIT_CONFIG_COUNT'], '4');
    assert.equal(stage.files.contents.get(`${directory}/git-token`), undefined);
    assert.match(stage.agent.log, /signed in as .+ at https:\/\/dev\.azure\.com and /);
  });

  it('writes the file itself where there is no broker', async () => {
    const stage = stageOf({ byBroker: false });
    await stage.signIn();
    const token = anAccessToken().token.reveal();
    assert.equal(stage.files.contents.get(`${directory}/git-token`), token);
    assert.ok(stage.agent.masks.includes(token));
  });

  it('says what to write where git is too old to read variables', async () => {
    const stage = stageOf({ reply: ofVersion('2.30.2') });
    const variables = await stage.signIn();
    const [line = ''] = stage.agent.warned;
    assert.match(line, /Git 2\.30\.2 .+git -c credential\.https:\/\/dev\.azure\.com\.helper= -c /);
    const [, name = ''] = /"\$(\w+)" clone/.exec(line) ?? [];
    assert.match(variables[name] ?? '', /^!f\(\)/);
  });

  for (const { title, scene, code } of [
    { title: 'is not there', scene: { programs: [] }, code: 'GIT_MISSING' },
    { title: 'does not run', scene: { reply: () => ({ exitCode: 1 }) }, code: 'GIT_MISSING' },
    { title: 'has foreign entries', scene: inUse, code: 'GIT_CONFIG_COUNT_IN_USE' },
  ]) {
    it(`fails where git is named and ${title}: ${code}`, async () => {
      await assert.rejects(stageOf(scene).signIn(), { code });
    });
  }

  const connection = anAzureDevOpsConnection();

  it('is part of auto for a connection to Azure DevOps, and for no other', async () => {
    const variables = await stageOf({ choice: 'auto', connection }).signIn();
    assert.equal(variables['GIT_CONFIG_COUNT'], '4');
    const other = stageOf({ choice: 'auto' });
    assert.deepEqual(await other.signIn(), {});
    assert.doesNotMatch(other.agent.log, /Git/);
  });

  it('warns with auto where the job has foreign entries, and goes on without git', async () => {
    const stage = stageOf({ choice: 'auto', connection, ...inUse });
    assert.deepEqual(await stage.signIn(), {});
    assert.match(stage.agent.warned.join('\n'), /Git cannot be .+\(GIT_CONFIG_COUNT_IN_USE\)$/);
  });

  it('says with auto that git is not there', async () => {
    const stage = stageOf({ choice: 'auto', connection, programs: [] });
    assert.deepEqual(await stage.signIn(), {});
    assert.match(stage.agent.log, /Git is not signed in: there is no git on the PATH/);
  });
});
