import assert from 'node:assert/strict';
import {
  isLeftOut,
  tellTokenFileIsBack,
  tokenFileBesidePowerShell,
} from '../../../../src/delivery/variables/token-file.ts';
import { ids } from '../../../support/builders.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

const ofCluster = {
  AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/tokens/azure-identity-token',
};
const ours = { IDENTITY_ENDPOINT: `http://127.0.0.1:4711/connections/${ids.connection}/msi` };
const line = 'Remove-Item Env:AZURE_FEDERATED_TOKEN_FILE';

describe('The variable of the token file beside Azure PowerShell', () => {
  for (const { is, named, environment, words } of [
    { is: 'left out', named: true, environment: {}, words: 'one more task, TokenRefresher.' },
    {
      is: 'left out',
      named: true,
      environment: { AZURE_FEDERATED_TOKEN_FILE: '' },
      words: 'one more task, TokenRefresher.',
    },
    { is: 'exported and told', named: true, environment: ofCluster, words: line },
    { is: 'exported and told', named: false, environment: ofCluster, words: line },
    { is: 'exported and told', named: false, environment: {}, words: 'AADSTS1002012' },
  ] as const) {
    const before = Object.values(environment).join() === '' ? 'none' : 'one';
    it(`is ${is}, with ${named ? 'a name' : 'auto'} and ${before} before`, () => {
      const agent = new FakeAgent();
      assert.equal(tokenFileBesidePowerShell(environment, named, agent), is);
      assert.equal(agent.said.length, 1);
      assert.ok(agent.said[0]?.includes(words), agent.log);
    });
  }

  it('is told when a later step exports it after all', () => {
    const agent = new FakeAgent();
    tellTokenFileIsBack(ours, agent);
    assert.ok(agent.log.includes(line), agent.log);
  });

  for (const [title, environment] of [
    ['no sign-in of ours', {}],
    ['a machine with an identity of its own', { IDENTITY_ENDPOINT: 'http://169.254.169.254/msi' }],
    ['another program on loopback', { IDENTITY_ENDPOINT: 'http://127.0.0.1:40342/metadata' }],
    ['a file that is in force', { ...ours, AZURE_FEDERATED_TOKEN_FILE: '/t/id-token' }],
  ] as const) {
    it(`was not left out after ${title}`, () => {
      assert.equal(isLeftOut(environment), false);
    });
  }
});
