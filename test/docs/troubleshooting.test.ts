import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { entraRemedies, knownEntraFailures } from '../../src/access-token/entra-failures.ts';
import { errorCodes } from '../../src/errors.ts';
import { remedies } from '../../src/remedies.ts';

const file = new URL('../../docs/TROUBLESHOOTING.md', import.meta.url);

/** What stands below each heading, up to the next one; headings inside code do not count. */
function sectionsOf(markdown: string): ReadonlyMap<string, string> {
  const withoutCode = markdown.replace(/^```[^]*?^```/gm, '(code)');
  const [, ...parts] = withoutCode.split(/^#+ /m);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading.trim(), lines.join('\n')];
    }),
  );
}

const sections = sectionsOf(readFileSync(file, 'utf8'));
const codes: readonly string[] = [...errorCodes, ...knownEntraFailures.map((n) => `AADSTS${n}`)];

describe('the troubleshooting page', () => {
  for (const code of codes) {
    it(`explains ${code}: what it means, its likely causes, and what to do`, () => {
      const section = sections.get(code);
      assert.ok(section !== undefined, `there is no heading ${code}`);
      for (const part of ['**What it means.**', '**Likely causes.**', '**What to do.**']) {
        assert.ok(section.includes(part), `${code} lacks ${part}`);
      }
    });
  }

  it('explains no code that is not there any more', () => {
    const looksLikeCode = /^(AADSTS\d+|[A-Z]+(_[A-Z]+)*)$/;
    const headings = [...sections.keys()].filter((heading) => looksLikeCode.test(heading));
    assert.deepEqual(
      headings.filter((heading) => !codes.includes(heading)),
      [],
    );
  });

  it('explains each failure for which log and results tab know a remedy', () => {
    const known: readonly string[] = codes;
    const remedied = Object.keys({ ...remedies, ...entraRemedies });
    assert.deepEqual(
      remedied.filter((code) => !known.includes(code)),
      [],
    );
  });

  it('explains each code once', () => {
    const headings = readFileSync(file, 'utf8').match(/^#+ .+$/gm) ?? [];
    assert.equal(new Set(headings).size, headings.length);
  });

  it('links to headings that are there', () => {
    const anchors = new Set(
      [...sections.keys()].map((heading) =>
        heading
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    for (const [, anchor = ''] of readFileSync(file, 'utf8').matchAll(/\]\(#([^)]*)\)/g)) {
      assert.ok(anchors.has(anchor), `#${anchor}`);
    }
  });
});
