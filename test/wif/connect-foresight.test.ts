import assert from 'node:assert/strict';
import { connectionWish, stepStates, writesOf, type ConnectReport } from './support/connecting.ts';
import { useDesk } from './support/desk.ts';

describe('wif connect, before its first write', function () {
  this.timeout(60_000);
  const desk = useDesk();
  const writes = (): readonly string[] => writesOf(desk());
  const wish = (): ReturnType<typeof connectionWish> => connectionWish(desk());
  afterEach(() => desk().assertNoCredential());

  const foreseeable: readonly {
    readonly what: string;
    readonly code: string;
    readonly words: () => readonly string[];
  }[] = [
    {
      what: 'an application for several tenants',
      code: 'IDENTITY_UNSUITABLE',
      words: () => {
        const { office, subscriptionId } = desk().emulator;
        const app = office.addApplication('saas');
        office.changeApplication(app, { isMultiTenant: true });
        return [
          'connect',
          '-p',
          'shop',
          '--name',
          'x',
          '--app',
          app,
          '--subscription',
          subscriptionId,
        ];
      },
    },
    {
      what: 'an identity with 20 credentials',
      code: 'CREDENTIALS_FULL',
      words: () => {
        const { words, clientId } = wish();
        const federatedCredentials = Array.from({ length: 20 }, (_, index) => ({
          issuer: 'https://issuer.example',
          subject: `subject ${index}`,
          audience: 'api://AzureADTokenExchange',
        }));
        desk().emulator.office.changeApplication(clientId, { federatedCredentials });
        return words;
      },
    },
    {
      what: 'a role that there is not',
      code: 'ROLE_NOT_FOUND',
      words: () => [...wish().words.slice(0, -1), 'Contributer'],
    },
  ];
  for (const { what, code, words } of foreseeable) {
    it(`refuses ${what} before it makes anything, and in the dry run`, async () => {
      const wanted = words();
      for (const more of [['--dry-run'], []]) {
        const report = await desk().json<ConnectReport>(1, ...wanted, ...more);
        assert.equal(report.failure?.code, code);
        assert.ok(stepStates(report).every((state) => state === 'not reached'));
      }
      assert.deepEqual(writes(), []);
    });
  }

  it('connects a management group and a resource group, with the role there', async () => {
    const { office, subscriptionId } = desk().emulator;
    office.addResourceGroup('web');
    const { resourceId } = office.addManagedIdentity('shop', 'identities');
    const common = ['connect', '-p', 'shop', '--identity', resourceId, '--role', 'Reader'];
    const cases = [
      {
        words: ['--name', 'all', '--management-group', 'shop-group'],
        at: '/managementGroups/shop-group',
      },
      {
        words: ['--name', 'web', '--subscription', subscriptionId, '--resource-group', 'web'],
        at: `/subscriptions/${subscriptionId}/resourceGroups/web`,
      },
    ];
    for (const { words, at } of cases) {
      const report = await desk().json<ConnectReport>(0, ...common, ...words);
      assert.ok(report.steps.some(({ title, detail }) => title === 'role' && detail.endsWith(at)));
      const again = await desk().json<ConnectReport>(0, ...common, ...words);
      assert.deepEqual(stepStates(again), ['exists', 'exists', 'exists', 'exists', 'works']);
    }
    const missing = ['--name', 'y', '--subscription', subscriptionId, '--resource-group', 'none'];
    const refused = await desk().run(...common, ...missing);
    assert.match(refused.err, /NOT_FOUND: .*resource group "none"/);
    assert.equal((await desk().run(...common, '--name', 'z')).code, 2);
  });

  it('lets every pipeline use it where that was asked for, and asks once', async () => {
    const { words } = wish();
    const first = await desk().json<ConnectReport>(0, ...words, '--all-pipelines');
    assert.deepEqual(stepStates(first).slice(-2), ['created', 'works']);
    assert.ok(desk().emulator.office.isOpen(first.connection?.id ?? ''));
    const second = await desk().json<ConnectReport>(0, ...words, '--all-pipelines');
    assert.equal(second.steps.find(({ title }) => title === 'all pipelines')?.state, 'exists');
    assert.deepEqual(
      writes().filter((write) => write.startsWith('PATCH')),
      ['PATCH service-endpoints'],
    );
  });

  it('takes the project from the address of the organization, and refuses two', async () => {
    const { words } = wish();
    const without = words.filter((word) => word !== '-p' && word !== 'shop');
    const address = ['-o', 'https://dev.azure.com/contoso/shop/_settings'];
    const named = ['--name', 'production'];
    await desk().json<ConnectReport>(0, ...without, ...named.slice(2), ...address, '--dry-run');
    const none = await desk().run(...without, '--dry-run');
    assert.equal(none.code, 2);
  });
});
