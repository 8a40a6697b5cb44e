import { deepEqual, equal, rejects } from 'node:assert/strict';
import { refusal } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import {
  ownerOf,
  readBrokerState,
  readSealedState,
  sealed,
} from '../../../src/wire/broker-state.ts';
import { aState } from '../../support/broker-fixture.ts';
import { FakeFiles } from '../../support/fakes.ts';

const stateFile = '/state/broker.json';
const unsafe = refusal('STATE_DIRECTORY_UNSAFE', 'A link lies there.', 'Remove it.');
const noHandles = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
const withoutProcess = aState('x').replace(/"process":\{[^}]*\}/, '"process":null');

describe('the seal of the state', () => {
  const job = { planId: 'plan', jobId: 'job', jobAccessToken: new Secret('the token') };
  const state = readBrokerState(aState('x'));
  const text = state === undefined ? '' : sealed(state, job);

  it('lets through what a broker of this job wrote', () => {
    deepEqual(readSealedState(text, job), state);
  });

  it('does not show the token that it is made with', () => {
    equal(text.includes(job.jobAccessToken.reveal()), false);
  });

  const others: Readonly<Record<string, () => unknown>> = {
    'another token': () => readSealedState(text, { ...job, jobAccessToken: new Secret('another') }),
    'another plan': () => readSealedState(text, { ...job, planId: 'another' }),
    'another job': () => readSealedState(text, { ...job, jobId: 'another' }),
    'a changed value': () => readSealedState(text.replace('"port":1', '"port":2'), job),
    'a value that was added': () => readSealedState(text.replace('{', '{"more":1,'), job),
    'no seal': () => readSealedState(aState('x'), job),
    'a seal that is no text': () =>
      readSealedState(text.replace(/"seal":"[^"]*"/, '"seal":1'), job),
  };
  for (const [what, read] of Object.entries(others)) {
    it(`keeps out ${what}`, () => {
      equal(read(), undefined);
    });
  }
});

describe('the owner of the state', () => {
  it('is told by its ID, or that there is none, or that it is not ours to know', async () => {
    const files = new FakeFiles();
    files.contents.set(stateFile, aState('ours'));
    deepEqual(await ownerOf(stateFile, files), { kind: 'broker', id: 'ours' });
    deepEqual(await ownerOf('/state/other.json', files), { kind: 'none' });
    files.contents.set(stateFile, 'garbage');
    deepEqual(await ownerOf(stateFile, files), { kind: 'unreadable' });
    files.read = () => Promise.reject(unsafe);
    deepEqual(await ownerOf(stateFile, files), { kind: 'unreadable' });
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
