import assert from 'node:assert/strict';
import { cloudNamed } from '../../../../src/service-connection/cloud.ts';
import {
  contextName,
  federatedTokenScript,
  forgetScript,
  keepsContexts,
  managedIdentityScript,
  prefersTokenFile,
  scriptFromInput,
} from '../../../../src/tools/azure-powershell/scripts.ts';
import { aServiceConnection, ids } from '../../../support/builders.ts';

const connection = aServiceConnection();

describe("Azure PowerShell's scripts", () => {
  const scripts = {
    'by the broker': managedIdentityScript(connection, 'context'),
    'by the ID token': federatedTokenScript(connection, 'context', '/t/id-token'),
    'for the end': forgetScript('context'),
  };

  for (const [name, script] of Object.entries(scripts)) {
    it(`are one line that ends with an exit code: ${name}`, () => {
      assert.match(script, /^& \{ [^\n]*exit 0 \} catch \{ [^\n]*exit 72 \} \}\n$/);
      assert.match(script, /Get-Module -ListAvailable -Name Az\.Accounts\)\) \{ exit 71 \}/);
    });
  }

  it('sign in as the client, in the cloud, tenant and subscription of the connection', () => {
    assert.ok(
      scripts['by the broker'].includes(
        `Connect-AzAccount -Identity -AccountId '${ids.client}' -Environment 'AzureCloud' -Tenant '${ids.tenant}' -Subscription '${ids.subscription}' -ContextName 'context' -Scope CurrentUser -Force | Out-Null`,
      ),
    );
  });

  it('read the token from its file, and do not hold it', () => {
    assert.ok(
      scripts['by the ID token'].includes(
        `-ServicePrincipal -ApplicationId '${ids.client}' -FederatedToken ([System.IO.File]::ReadAllText('/t/id-token'))`,
      ),
    );
  });

  it('name no subscription where there is none', () => {
    const without = aServiceConnection({ subscriptionId: undefined });
    assert.doesNotMatch(managedIdentityScript(without, 'context'), /-Subscription/);
  });

  it('make an Azure Stack known first', () => {
    const cloud = cloudNamed('AzureStack', 'name');
    const resourceManager = new URL('https://management.local.azurestack.external/');
    const script = managedIdentityScript({ ...connection, cloud, resourceManager }, 'context');
    assert.match(
      script,
      /Add-AzEnvironment -Name 'AzureStack' -ARMEndpoint 'https:\/\/management\.local\.azurestack\.external\/' \| Out-Null; Connect-AzAccount/,
    );
  });

  for (const [path, written] of [
    ["/it's/id-token", "'/it''s/id-token'"],
    ['/it\u2019s/id-token', "('/it'+[char]8217+'s/id-token')"],
    ['C:\\agent \u00f6\\id-token', "('C:\\agent '+[char]246+'\\id-token')"],
    ['\u00f6\u{1f511}', "(''+[char]246+''+[char]55357+''+[char]56593+'')"],
  ] as const) {
    it(`name the path ${path} in ASCII: ${written}`, () => {
      const script = federatedTokenScript(connection, 'context', path);
      assert.ok(script.includes(`ReadAllText(${written})`), script);
      assert.match(script, /^[\x20-\x7e]*\n$/);
    });
  }

  it('may load what is installed, also on a Windows that runs no script by itself', () => {
    assert.match(scriptFromInput(true).join(' '), / -ExecutionPolicy RemoteSigned -Command -$/);
    assert.doesNotMatch(scriptFromInput(false).join(' '), /ExecutionPolicy/);
  });

  it('use a context of this connection and this job', () => {
    assert.equal(
      contextName(ids.connection, ids.job),
      `workload-identity-${ids.connection}-66666666`,
    );
  });

  it('print the version of Azure.Identity only where the broker is asked', () => {
    assert.match(scripts['by the broker'], /try \{ Write-Output \('identity='/);
    assert.doesNotMatch(scripts['by the ID token'], /identity=/);
  });

  for (const [printed, prefers] of [
    ['contexts=CurrentUser\r\nidentity=1.12.1.0\r\n', false],
    ['identity=1.10.2.0\n', false],
    ['identity=1.13.0.0,1.13.0.0\n', false],
    ['identity=1.14.0.0\n', true],
    ['identity=1.21.0.0\n', true],
    ['identity=2.0.0.0\n', true],
    ['identity=1.12.1.0,1.21.0.0\n', true],
    ['identity=\n', true],
    ['identity=new\n', true],
    ['contexts=CurrentUser\n', true],
  ] as const) {
    it(`tell whether Az prefers a token file: ${JSON.stringify(printed)}`, () => {
      assert.equal(prefersTokenFile(printed), prefers);
    });
  }

  it('tell whether later steps find the context', () => {
    assert.equal(keepsContexts('contexts=CurrentUser\n'), true);
    assert.equal(keepsContexts('contexts=Process\n'), false);
  });
});
