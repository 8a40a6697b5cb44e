import fc from 'fast-check';
import assert from 'node:assert/strict';
import { clientKind } from '../../../../src/delivery/loopback/client-kind.ts';

const kinds: readonly (readonly [userAgent: string | undefined, kind: string])[] = [
  [undefined, 'unnamed program'],
  ['', 'unnamed program'],
  ['AZURECLI/2.91.0 (DEB) azsdk-python-core/1.31', 'Azure CLI'],
  ['azsdk-js-identity/4.13.1 Node/20', 'Azure SDK for JavaScript'],
  ['azsdk-python-identity/1.25 Python/3.12', 'Azure SDK for Python'],
  ['azsdk-net-Identity/1.17 (.NET 8.0)', 'Azure SDK for .NET'],
  ['azsdk-java-azure-identity/1.18', 'Azure SDK for Java'],
  ['AzCopy/10.27 azsdk-go-azidentity/1.8', 'AzCopy'],
  ['azsdk-go-azidentity/v1.13 (go1.24; linux)', 'Azure SDK for Go'],
  ['PSVersion/v7.4 AzurePowershell/v14', 'Azure PowerShell'],
  ['HashiCorp Terraform/1.11.4 (+https://www.terraform.io)', 'Terraform'],
  ['google-api-nodejs-client/10.9.1', 'Google library for JavaScript'],
  ['Google-HTTP-Java-Client/2.1.0 (gzip)', 'Google library for Java'],
  ['google-cloud-sdk gcloud/540.0.0 command/gcloud.storage.ls', 'Google Cloud CLI'],
  ['Go-http-client/1.1', 'Go program (Terraform, azd, …)'],
  ['python-requests/2.32', 'Python program (Azure CLI, …)'],
  ['Java/17.0.12', 'Java program'],
  ['curl/8.5.0', 'curl'],
  ['node', 'Node program'],
  ['Mozilla/5.0', 'other program'],
];

describe('the kind of a client', () => {
  for (const [userAgent, kind] of kinds) {
    it(`is ${kind} for ${JSON.stringify(userAgent)}`, () => {
      assert.equal(clientKind(userAgent), kind);
    });
  }

  it('is one of a few names, never a text of the client itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.ok(!clientKind(`##vso[${text}`).includes('##'));
        assert.ok(clientKind(text).length < 40);
      }),
    );
  });
});
