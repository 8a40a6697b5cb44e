import assert from 'node:assert/strict';
import { AzureCliStandIn } from './support/azure-cli.ts';
import { useDesk } from './support/desk.ts';

const devops = '499b84ac-1321-427f-aa17-267ca6975798';
const otherTenant = '77777777-7777-4777-8777-777777777777';

describe('An organization in another tenant than its Azure', () => {
  const desk = useDesk();
  let az: AzureCliStandIn;
  beforeEach(async () => {
    desk().environment = { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' };
    az = await AzureCliStandIn.on(desk());
    desk().emulator.office.addConnection({ name: 'good', issuer: 'entra' });
  });
  afterEach(() => az.close());

  /** The tenant whose token was asked for, by resource. */
  const tenants = (): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries(
      az.commands.map((words) => {
        const option = (name: string): string => words[words.indexOf(name) + 1] ?? '';
        const tenant = words.includes('--tenant') ? option('--tenant') : undefined;
        return [option('--resource').replace(/\/$/, ''), tenant];
      }),
    );

  it('is asked with a token of its own tenant, and Azure with one of the other', async () => {
    const { tenantId } = desk().emulator;
    await desk().json(0, 'doctor', 'good', '--tenant', tenantId, '--devops-tenant', otherTenant);
    assert.deepEqual(tenants(), {
      [devops]: otherTenant,
      'https://graph.microsoft.com': tenantId,
      'https://management.azure.com': tenantId,
    });
    desk().assertNoCredential();
  });

  it('has the tenant of --tenant where nothing else is said', async () => {
    const { tenantId } = desk().emulator;
    await desk().json(0, 'doctor', 'good', '--tenant', tenantId);
    assert.deepEqual(Object.values(tenants()), [tenantId, tenantId, tenantId]);
  });
});
