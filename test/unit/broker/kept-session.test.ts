import { deepEqual, equal } from 'node:assert/strict';
import { anOrder, BrokerFixture } from '../../support/broker-fixture.ts';
import { ids } from '../../support/builders.ts';

const msiPath = `/connections/${ids.connection}/msi`;
const msiQuery = 'api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F';
const second = { id: 'second', clientId: '00000000-0000-0000-0000-00000000000b' };

const started = (): Promise<BrokerFixture> => new BrokerFixture().start();

describe('the managed identity endpoint of a connection', () => {
  it('serves every connection of the job by its client ID, and without one its own', async () => {
    const bench = await started();
    await bench.control('register', anOrder(second));
    const header = { 'x-identity-header': bench.registration.managedIdentityCapability };
    const servedAs = async (clientId: string): Promise<unknown> => {
      const target = `${msiPath}?${msiQuery}&client_id=${clientId}`;
      const { body } = await bench.request(target, header);
      return (JSON.parse(body) as { client_id?: unknown }).client_id;
    };
    equal(await servedAs(''), ids.client);
    equal(await servedAs(ids.client.toUpperCase()), ids.client);
    equal(await servedAs(second.clientId), second.clientId);
    equal(await servedAs(ids.tenant), undefined);
    const { connections } = (await bench.control('status', {})) as {
      connections: { served: object; refusedAnswers: number }[];
    };
    deepEqual(
      connections.map(({ served, refusedAnswers }) => [served, refusedAnswers]),
      [
        [{ 'unnamed program': 3 }, 1],
        [{ 'unnamed program': 1 }, 0],
      ],
    );
  });
});
