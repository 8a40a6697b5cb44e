import assert from 'node:assert/strict';
import { conversion } from '../../../wif/administration/operation.ts';
import { organizationNamed } from '../../../wif/administration/organization.ts';
import { foresee } from '../../../wif/administration/outcome.ts';
import { inParallel } from '../../../wif/administration/parallel.ts';
import {
  cells,
  connectionReport,
  csvLines,
  summaryOf,
} from '../../../wif/administration/report.ts';
import { selectConnections, wantedLines } from '../../../wif/administration/selection.ts';
import { addressOf, path } from '../../../wif/administration/web.ts';
import { connection, federated, now } from './records.ts';

describe('A report', () => {
  it('leaves out, for people, columns that hold nothing', () => {
    const { head } = cells(connectionReport([connection()], {}, now));
    assert.deepEqual(head, ['Project', 'Connection', 'Scheme', 'Client ID', 'Created', 'Convert']);
  });

  it('never lets a name become a formula, a column or a line', () => {
    const named = connection({ top: { name: '=cmd|"x",\n+1' } });
    const [, row = ''] = csvLines(connectionReport([named], {}, now));
    assert.ok(row.startsWith(`shop,"'=cmd|""x"", +1",`), row);
  });

  it('never lets a name become a cell where the comma is the decimal sign', () => {
    const named = connection({ top: { name: "x;=cmd|'/c calc'!A0;y" } });
    const [, row = ''] = csvLines(connectionReport([named], {}, now));
    assert.ok(row.startsWith(`shop,"x;=cmd|'/c calc'!A0;y",`), row);
  });

  it('adds up', () => {
    const some = [
      connection(),
      connection({ scheme: federated }),
      connection({ top: { type: 'x' } }),
    ];
    const summary = summaryOf(some.map((one) => foresee(conversion, one, now)));
    assert.deepEqual(summary, {
      total: 3,
      results: { 'would convert': 1, skipped: 2 },
      skipped: { 'already-federated': 1, 'not-azure-resource-manager': 1 },
    });
  });
});

describe('A selection', () => {
  it('takes a connection once, by whichever of its names', () => {
    const one = connection();
    assert.deepEqual(selectConnections([one], ['PRODUCTION', one.id, 'Shop/production']), [one]);
  });

  it('reads a file without its comments and empty lines', () => {
    assert.deepEqual(wantedLines('# a\r\n\r\n one two \n#b\nthree'), ['one two', 'three']);
  });
});

describe('An organization', () => {
  for (const text of [
    'contoso',
    'https://dev.azure.com/contoso',
    'https://dev.azure.com/contoso/shop',
    'https://contoso.visualstudio.com/',
  ]) {
    it(`is known as ${text}`, () => {
      assert.equal(organizationNamed(text).url.href, 'https://dev.azure.com/contoso/');
    });
  }
  for (const text of [
    undefined,
    '',
    'http://dev.azure.com/contoso',
    'https://tfs.example/contoso',
    'https://dev.azure.com/',
    'a/../b',
    '-x',
  ]) {
    it(`is not ${text ?? 'nothing'}`, () => {
      assert.throws(() => organizationNamed(text), { code: 'USAGE_INVALID' });
    });
  }
});

describe('Work in parallel', () => {
  it('has never more under way than allowed, and keeps the order', async () => {
    let underWay = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      underWay -= 1;
      return item * 2;
    });
    assert.deepEqual(results, [10, 2, 8, 4, 6]);
    assert.equal(most, 2);
  });

  it('takes up nothing new once it is told to stop', async () => {
    const stop = { isWanted: false };
    const work = (item: number): Promise<number> => {
      stop.isWanted = item === 2;
      return Promise.resolve(item);
    };
    assert.deepEqual(await inParallel([1, 2, 3, 4], 1, work, stop), [1, 2, undefined, undefined]);
  });
});

describe('The address of a request', () => {
  const base = new URL('https://management.example/');

  it('keeps a name with a slash one name', () => {
    assert.equal(
      addressOf(path`a/${'x/../y?z'}`, base).href,
      'https://management.example/a/x%2F..%2Fy%3Fz',
    );
  });

  for (const bad of ['//evil.example/x', 'https://evil.example/', String.raw`\\evil.example`]) {
    it(`is never of another host: ${bad}`, () => {
      assert.throws(() => addressOf(bad, base), TypeError);
    });
  }
});
