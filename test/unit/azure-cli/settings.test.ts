import assert from 'node:assert/strict';
import { azureCliConfig, homeOf } from '../../../src/azure-cli/settings.ts';

describe("Azure CLI's private profile", () => {
  it('names the cloud, sends nothing home, and keeps the assertion in plain JSON', () => {
    const config = azureCliConfig('AzureUSGovernment', undefined);
    assert.match(config, /^\[core\]\ncollect_telemetry = no\n/);
    assert.match(config, /\nencrypt_token_cache = no\n/);
    assert.match(config, /\n\[cloud\]\nname = AzureUSGovernment\n$/);
  });

  it("leaves the user's extensions in reach, whatever their path means to az's reader", () => {
    const config = azureCliConfig('AzureCloud', '/home/100%/.azure/cliextensions');
    assert.match(config, /\n\[extension\]\ndir = \/home\/100%%\/\.azure\/cliextensions\n$/);
  });

  for (const [system, environment, home] of [
    ['Linux', { HOME: '/home/me', USERPROFILE: '/mnt/c/Users/me' }, '/home/me'],
    ['Linux', { HOME: '' }, undefined],
    ['Linux', {}, undefined],
    ['Windows', { HOME: '/c/other', USERPROFILE: 'C:\\Users\\me' }, 'C:\\Users\\me'],
    ['Windows', { HOME: '/c/other' }, undefined],
  ] as const) {
    it(`finds ${home ?? 'no home'} on ${system} with ${JSON.stringify(environment)}`, () => {
      assert.equal(homeOf(environment, system === 'Windows'), home);
    });
  }
});
