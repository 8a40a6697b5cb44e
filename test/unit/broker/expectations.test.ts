import { deepEqual } from 'node:assert/strict';
import { anOrder, BrokerFixture } from '../../support/broker-fixture.ts';
import { ids } from '../../support/builders.ts';

const idTokenPath = `/connections/${ids.connection}/id-token`;
const msiPath = `/connections/${ids.connection}/msi`;
const msiQuery = 'api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F';
const second = { id: 'second', clientId: '00000000-0000-0000-0000-00000000000b' };

const started = (): Promise<BrokerFixture> => new BrokerFixture().start();

describe('what a task set up for a tool', () => {
  const unusedIn = async (bench: BrokerFixture): Promise<readonly unknown[]> => {
    const { connections } = (await bench.control('status', {})) as {
      connections: { unused?: readonly unknown[] }[];
    };
    return connections.flatMap(({ unused = [] }) => unused);
  };
  const expect = (
    bench: BrokerFixture,
    use: string,
    id: string = ids.connection,
  ): Promise<unknown> => bench.control('expect', { id, use });

  it('is reported while nobody has asked for it since', async () => {
    const bench = await started();
    await bench.idToken();
    await bench.accessToken();
    await expect(bench, 'terraform');
    await expect(bench, 'azureCli');
    deepEqual(await unusedIn(bench), [
      { use: 'terraform', path: idTokenPath },
      { use: 'azureCli', path: msiPath },
    ]);
    await bench.idToken();
    deepEqual(await unusedIn(bench), [{ use: 'azureCli', path: msiPath }]);
    await bench.accessToken();
    deepEqual(await unusedIn(bench), []);
  });

  it('counts as asked for when a second step sets it up again', async () => {
    const bench = await started();
    await expect(bench, 'terraform');
    await bench.idToken();
    await expect(bench, 'terraform');
    deepEqual(await unusedIn(bench), []);
  });

  it('is not asked for by who has no capability', async () => {
    const bench = await started();
    await expect(bench, 'terraform-variables');
    await bench.request(`${idTokenPath}?v=1`);
    deepEqual(await unusedIn(bench), [{ use: 'terraform-variables', path: idTokenPath }]);
  });

  it('is asked for at the endpoint of another connection, by its client ID', async () => {
    const bench = await started();
    await bench.control('register', anOrder(second));
    await expect(bench, 'managedIdentity');
    await expect(bench, 'azureCli', 'second');
    const header = { 'x-identity-header': bench.registration.managedIdentityCapability };
    await bench.request(`${msiPath}?${msiQuery}&client_id=${second.clientId}`, header);
    deepEqual(await unusedIn(bench), [{ use: 'managedIdentity', path: msiPath }]);
  });

  it('is of no connection that is not kept, and of no unknown kind', async () => {
    const bench = await started();
    await expect(bench, 'terraform', 'elsewhere');
    await expect(bench, 'constructor');
    deepEqual(await unusedIn(bench), []);
  });
});
