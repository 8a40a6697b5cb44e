import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { azureDevOpsRemedies } from '../../src/access-token/azure-devops-refusals.ts';
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
/** What people search for who have no code of ours. */
const symptoms = [
  'My job dies after about 10 minutes',
  'My job dies after about 40 minutes',
  'My job dies after about 60 minutes',
  "Please run 'az login'",
  'DefaultAzureCredential failed to retrieve a token',
  'AuthorizationPermissionMismatch',
  'State blob is already locked',
  'An AADSTS number, and no code of ours',
] as const;
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

  it('begins with an index of all codes, and then with what people see', () => {
    const linked = [...(sections.get('Find it by code') ?? '').matchAll(/\[(\w+)\]\(#(\w+)\)/g)];
    for (const [, code = '', anchor] of linked) assert.equal(anchor, code.toLowerCase());
    assert.deepEqual(linked.map(([, code]) => code).sort(), [...codes].sort());
    const chapters = (readFileSync(file, 'utf8').match(/^## .+$/gm) ?? []).slice(0, 2);
    assert.deepEqual(chapters, ['## Find it by code', '## Find it by what you see']);
  });

  for (const symptom of symptoms) {
    it(`has a heading for who sees: ${symptom}`, () => {
      const section = sections.get(symptom) ?? assert.fail('there is no such heading');
      assert.ok(section.length > 200, section);
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
    const remedied = Object.keys({ ...remedies, ...entraRemedies, ...azureDevOpsRemedies });
    assert.deepEqual(
      remedied.filter((code) => !known.includes(code)),
      [],
    );
  });

  for (const [code, remedy] of Object.entries({
    ...remedies,
    ...entraRemedies,
    ...azureDevOpsRemedies,
  })) {
    it(`sends people where the log sends them, for ${code}`, () => {
      const section = sections.get(code) ?? '';
      const chapter = 'Create the federated credential';
      const read = section.includes('(#create-the-federated-credential)')
        ? section + (sections.get(chapter) ?? '')
        : section;
      const places = remedy.match(/(https|api):\/\/[\w./]+\w|--\w+|\b[A-Z]+_[A-Z_]+\b/g) ?? [];
      assert.deepEqual(
        places.filter((place) => !read.includes(place)),
        [],
      );
    });
  }

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
