import { deepEqual, equal, ok } from 'node:assert/strict';
import { expandMacros, lookupIn } from './macros.ts';
import { SecretMasker } from './secret-masker.ts';
import { VariableStore } from './variable-store.ts';

describe('the variables of a job', () => {
  const make = (): { masker: SecretMasker; store: VariableStore } => {
    const masker = new SecretMasker();
    return { masker, store: new VariableStore(masker) };
  };

  it('ignore the case of names', () => {
    const { store } = make();
    store.set('Some.Name', '1');
    store.set('SOME.NAME', '2');
    equal(store.get('some.name'), '2');
    equal(store.all().length, 1);
  });

  it('are secret for ever once they were', () => {
    const { masker, store } = make();
    store.set('key', 'first', { secret: true });
    store.set('key', 'second');
    deepEqual(
      store.all().map(({ secret }) => secret),
      [true],
    );
    equal(masker.mask('first second'), '*** ***');
  });

  it('expand each other, and a secret within makes the whole secret', () => {
    const { store } = make();
    store.set('a', '$(B)-$(unknown)');
    store.set('b', '$(c)');
    store.set('c', 'deep', { secret: true });
    equal(store.get('a'), '$(B)-$(unknown)');
    store.expand();
    equal(store.get('a'), 'deep-$(unknown)');
    ok(store.all().every(({ secret }) => secret));
  });

  it('leave a cycle as it is', () => {
    const { store } = make();
    store.set('a', '$(b)');
    store.set('b', '$(a)');
    store.expand();
    ok(store.get('a')?.startsWith('$('));
  });

  it('refuse to change what is read-only', () => {
    const { store } = make();
    store.set('mine', '1', { readOnly: true });
    ok(store.isReadOnly('MINE'));
    ok(store.isReadOnly('Agent.TempDirectory'));
    ok(store.isReadOnly('system.accesstoken'));
    ok(store.isReadOnly('agent.cainfo'));
    ok(!store.isReadOnly('System.OidcRequestUri'));
    ok(!store.isReadOnly('System.CollectionUri'));
  });
});

describe('macros', () => {
  const cases = [
    ['$(a)', 'one'],
    ['x$(a)y$(b)z', 'xoneytwo$(a)z'],
    ['$(nobody) $(a)', '$(nobody) one'],
    ['$(nobody $(a)', '$(nobody one'],
    ['$(a', '$(a'],
  ] as const;
  for (const [text, expanded] of cases) {
    it(`${text} becomes ${expanded}`, () => {
      equal(expandMacros(text, lookupIn({ a: 'one', b: 'two$(a)' })), expanded);
    });
  }
});
