import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../../src/errors.ts';
import { readInputs } from '../../../../tasks/TerraformOidcEnv/inputs.ts';
import { ids } from '../../../support/builders.ts';
import { failureOf } from '../../../support/failures.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

const read = (inputs: Readonly<Record<string, string>>): ReturnType<typeof readInputs> =>
  readInputs(new FakeAgent({ inputs }));

describe('the inputs of TerraformOidcEnv', () => {
  it('have the defaults that task.json shows', () => {
    const { connection, ...others } = read({});
    assert.equal(connection.id, ids.connection);
    assert.deepEqual(others, { mode: 'broker', tfVarPrefix: undefined });
  });

  for (const mode of ['broker', 'native', 'static']) {
    it(`take the mode ${mode}, in any case`, () => {
      assert.equal(read({ mode: mode.toUpperCase() }).mode, mode);
    });
  }

  it('take a prefix for a second identity, in its own case', () => {
    assert.equal(read({ tfVarPrefix: 'Hub' }).tfVarPrefix, 'Hub');
  });

  it('take another subscription', () => {
    assert.equal(read({ subscriptionId: ids.project }).connection.subscriptionId, ids.project);
  });

  const wrong: readonly (readonly [Readonly<Record<string, string>>, ErrorCode])[] = [
    [{ mode: 'azure' }, 'INPUT_INVALID'],
    [{ tfVarPrefix: 'hub-2' }, 'INPUT_INVALID'],
    [{ tfVarPrefix: 'hub', mode: 'native' }, 'INPUT_INVALID'],
    [{ tfVarPrefix: 'hub', mode: 'static' }, 'INPUT_INVALID'],
    [{ azureSubscription: 'production' }, 'CONNECTION_MISSING'],
  ];
  for (const [inputs, code] of wrong) {
    it(`are refused with ${code} for ${JSON.stringify(inputs)}`, () => {
      failureOf(() => read(inputs), code);
    });
  }
});
