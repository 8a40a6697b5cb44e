import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPipeline } from '../../../wif/administration/pipeline-check.ts';
import { repositoryOf } from '../../../wif/external/repository-files.ts';
import { checkedDevopsTokens } from './checked-devops-tokens.ts';
import { checkedScripts } from './checked-scripts.ts';
import { checkedShapes } from './checked-shapes.ts';
import { checkedSiblings } from './checked-siblings.ts';

const cases = [...checkedScripts, ...checkedSiblings, ...checkedShapes, ...checkedDevopsTokens];

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
