import assert from 'node:assert/strict';
import { azureReposAddresses } from '../../../../src/tools/git/addresses.ts';

describe('where git is signed in', () => {
  const services = ['https://dev.azure.com', 'https://*.visualstudio.com'];
  for (const [collection, addresses] of [
    ['https://dev.azure.com/contoso/', services],
    ['https://contoso.visualstudio.com/', services],
    ['https://tfs.contoso.example/tfs/main/', ['https://tfs.contoso.example']],
    ['https://tfs.contoso.example:8443/tfs/', ['https://tfs.contoso.example:8443']],
    ['https://dev.azure.com.contoso.example/', ['https://dev.azure.com.contoso.example']],
    ['https://notvisualstudio.com/', ['https://notvisualstudio.com']],
  ] as const) {
    it(`is ${addresses.join(' and ')} for ${collection}`, () => {
      assert.deepEqual(azureReposAddresses(new URL(collection)), addresses);
    });
  }
});
