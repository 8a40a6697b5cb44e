import assert from 'node:assert/strict';
import { openPackage, taskManifest, taskNames } from './packed-extension.ts';

/** What a tooltip shows without scrolling, in characters. */
const longestHelp = 300;
const longestLabel = 42;

describe('In the classic editor', () => {
  const extension = openPackage();

  for (const task of taskNames) {
    const manifest = taskManifest(extension, task);

    describe(`the inputs of ${task}`, () => {
      it('fit into tooltips, and are explained in Markdown that renders', () => {
        for (const { name, label, helpMarkDown = '' } of manifest.inputs) {
          assert.ok(label.length <= longestLabel, `${name}: ${label}`);
          assert.ok(helpMarkDown.length <= longestHelp, `${name}: ${helpMarkDown.length}`);
          const prose = helpMarkDown
            .replace(/`[^`]+`/g, '')
            .replace(/\]\(https:\/\/[^()\s]+\)/g, '');
          assert.doesNotMatch(prose, /`|\]\(|[<>*#|]|\n/, `${name}: ${helpMarkDown}`);
          assert.equal(prose.split('_').length % 2, 1, `${name}: an emphasis stays open`);
        }
      });

      it('stand below one sentence on the task, which the agent prints in each log', () => {
        assert.match(manifest.helpMarkDown, /^[A-Z][^.!?\n]{20,140}\.$/);
      });

      it('show what most pipelines need, and fold the rest away', () => {
        // Of what depends on the type of the connection, one type shows its part.
        const open = manifest.inputs.filter(
          ({ groupName, visibleRule }) =>
            groupName === undefined && visibleRule !== 'connectionType = azureDevOps',
        );
        assert.ok(open.length <= 5, open.map(({ name }) => name).join(', '));
        for (const { name, isExpanded } of manifest.groups ?? []) {
          assert.equal(isExpanded, false, name);
        }
      });
    });
  }
});
