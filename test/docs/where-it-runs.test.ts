import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const repository = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(repository, 'docs', 'WHERE-IT-RUNS.md'), 'utf8');
const folder = join(repository, 'test', 'conformance', 'pipelines', 'containers');

describe('docs/WHERE-IT-RUNS.md', () => {
  it('shows pipelines with containers only as the conformance run plays them', () => {
    const shown = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml = '']) => yaml);
    const played = new Map(
      readdirSync(folder).map((name) => [readFileSync(join(folder, name), 'utf8'), name]),
    );
    ok(shown.length >= 6, String(shown.length));
    deepEqual(
      shown.filter((yaml) => !played.has(yaml)).map((yaml) => JSON.stringify(parse(yaml))),
      [],
    );
  });
});
