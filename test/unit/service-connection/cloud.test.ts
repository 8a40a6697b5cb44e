import assert from 'node:assert/strict';
import { cloudNamed } from '../../../src/service-connection/cloud.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';

const clouds = [
  ['AzureCloud', 'https://login.microsoftonline.com/', 'https://management.azure.com', undefined],
  [
    'AzureUSGovernment',
    'https://login.microsoftonline.us/',
    'https://management.usgovcloudapi.net',
    'usgovernment',
  ],
  [
    'AzureChinaCloud',
    'https://login.chinacloudapi.cn/',
    'https://management.chinacloudapi.cn',
    'china',
  ],
  ['AzureStack', undefined, undefined, 'stack'],
] as const;

describe('a cloud', () => {
  for (const [name, authorityHost, resourceManager, terraformEnvironment] of clouds) {
    it(`has its own addresses: ${name}`, () => {
      const cloud = cloudNamed(name, 'production');
      assert.equal(cloud.name, name);
      assert.equal(cloud.authorityHost, authorityHost);
      assert.equal(cloud.resourceManager, resourceManager);
      assert.equal(cloud.terraformEnvironment, terraformEnvironment);
    });

    it(`is found in any case: ${name}`, () => {
      assert.equal(cloudNamed(name.toUpperCase(), 'production').name, name);
    });
  }

  for (const absent of [undefined, '']) {
    it(`is the public one where the connection names none (${JSON.stringify(absent)})`, () => {
      assert.equal(cloudNamed(absent, 'production').name, 'AzureCloud');
    });
  }

  for (const name of ['AzureGermanCloud', 'AzureUSGovernment2', 'Azure Cloud', 'toString', ' ']) {
    it(`is refused, never read as the public one, when it is unknown: "${name}"`, () => {
      const { message, remedy } = failureOf(() => cloudNamed(name, 'production'), 'CLOUD_UNKNOWN');
      assert.ok(message.includes(`"${name}"`) && message.includes('"production"'));
      for (const [known] of clouds) assert.ok(remedy.includes(known));
    });
  }

  it('is quoted without what a log would obey', () => {
    const { message } = failureOf(() => cloudNamed('a\n##vso[task.complete]', 'production'));
    assertSafeForLogs(message);
  });
});
