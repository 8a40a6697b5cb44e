import { equal, rejects } from 'node:assert/strict';
import { refusal } from '../../../src/errors.ts';
import { ownerOf, readBrokerState } from '../../../src/wire/broker-state.ts';
import { aState } from '../../support/broker-fixture.ts';
import { FakeFiles } from '../../support/fakes.ts';

const stateFile = '/state/broker.json';
const unsafe = refusal('STATE_DIRECTORY_UNSAFE', 'A link lies there.', 'Remove it.');
const noHandles = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
const withoutProcess = aState('x').replace(/"process":\{[^}]*\}/, '"process":null');

describe('the owner of the state', () => {
  it('is told by its ID, or that there is none, or that it is not ours to know', async () => {
    const files = new FakeFiles();
    files.contents.set(stateFile, aState('ours'));
    equal(await ownerOf(stateFile, files), 'ours');
    equal(await ownerOf('/state/other.json', files), 'nobody');
    files.contents.set(stateFile, 'garbage');
    equal(await ownerOf(stateFile, files), 'somebody');
    files.read = () => Promise.reject(unsafe);
    equal(await ownerOf(stateFile, files), 'somebody');
    files.read = () => Promise.reject(noHandles);
    await rejects(ownerOf(stateFile, files), noHandles);
  });

  const texts = [
    '',
    'null',
    '[]',
    '{}',
    '1',
    '{"protocol":"1"}',
    aState('x').slice(0, -1),
    withoutProcess,
  ];
  for (const text of texts) {
    it(`is unknown for ${text === '' ? 'an empty file' : text.slice(0, 20)}`, () => {
      equal(readBrokerState(text), undefined);
    });
  }
});
