import assert from 'node:assert/strict';
import {
  booleanInput,
  choiceInput,
  listInput,
  optionalInput,
} from '../../../src/agent/task-inputs.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';
import { FakeAgent } from '../../support/fake-agent.ts';

const agent = (x: string): FakeAgent => new FakeAgent({ inputs: { x } });

describe('an input that is true or false', () => {
  for (const [text, value] of [
    ['true', true],
    ['True', true],
    ['false', false],
    ['FALSE', false],
  ] as const) {
    it(`is ${String(value)} for ${text}, whatever the default`, () => {
      assert.equal(booleanInput(agent(text), 'x', true), value);
      assert.equal(booleanInput(agent(text), 'x', false), value);
    });
  }

  it('is its default where it is empty', () => {
    assert.equal(booleanInput(agent(''), 'x', true), true);
    assert.equal(booleanInput(agent(''), 'x', false), false);
  });

  for (const text of ['yes', '1', '$(refresh)', 'true true', '##vso[task.complete]\nx']) {
    it(`is refused for ${JSON.stringify(text)}, never guessed`, () => {
      const { message } = failureOf(() => booleanInput(agent(text), 'x', true), 'INPUT_INVALID');
      assert.ok(message.startsWith('The input x is "'));
      assertSafeForLogs(message);
    });
  }
});

describe('an input that is a choice', () => {
  const choose = (text: string): string => choiceInput(agent(text), 'x', ['broker', 'native']);

  it('is its first word where it is empty', () => {
    assert.equal(choose(''), 'broker');
  });

  it('is a word in its own spelling, however it is written', () => {
    assert.equal(choose('NATIVE'), 'native');
  });

  it('is refused with the list of words for any other', () => {
    const { message, remedy } = failureOf(() => choose('toString'), 'INPUT_INVALID');
    assert.ok(message.includes('"toString"'));
    assert.ok(remedy.includes('broker, native'));
  });

  it('is refused without repeating a whole page of input', () => {
    assert.ok(failureOf(() => choose('x'.repeat(5_000))).message.length < 200);
  });
});

describe('an input that is a list', () => {
  for (const text of ['a,b', 'a\nb', ' a \r\n\r\n b ', 'a;b', ',a,,b,']) {
    it(`is two entries in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(listInput(agent(text), 'x'), ['a', 'b']);
    });
  }

  it('is empty where the input is', () => {
    assert.deepEqual(listInput(agent(''), 'x'), []);
  });

  for (const text of [',', ';;', ' ,\n, ']) {
    it(`is refused where nothing but separators is left: ${JSON.stringify(text)}`, () => {
      failureOf(() => listInput(agent(text), 'x'), 'INPUT_INVALID');
    });
  }
});

describe('an input that may be left out', () => {
  it('is undefined where it is empty', () => {
    assert.equal(optionalInput(agent(''), 'x'), undefined);
    assert.equal(optionalInput(agent('hub'), 'x'), 'hub');
  });
});
