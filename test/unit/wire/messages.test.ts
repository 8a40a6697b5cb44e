import assert from 'node:assert/strict';
import {
  orderOf,
  readAccessTokenAnswer,
  readAccessTokenRequest,
  readConnectionId,
  readConnectionOrder,
  readRegistrationAnswer,
} from '../../../src/wire/messages.ts';
import { NotAMessage } from '../../../src/wire/shape.ts';
import { readStartMessage } from '../../../src/wire/start-message.ts';
import { aServiceConnection, noon } from '../../support/builders.ts';

const order = orderOf(aServiceConnection(), {
  places: [
    { kind: 'file', path: '/a', scope: 'b' },
    { kind: 'azure-cli', profile: '/c' },
  ],
  keepOtherTasks: false,
});
const registration = {
  brokerId: 'x',
  address: '127.0.0.1:50505',
  tokenFile: '/t',
  idTokenCapability: 'a',
  managedIdentityCapability: 'b',
  issuer: 'i',
  subject: 's',
  audience: 'a',
  expiresOn: noon.toISOString(),
  clockAheadMs: undefined,
};
const failure = {
  code: 'AADSTS700213',
  message: 'm',
  remedy: 'r',
  kind: 'settling',
  retryAfterMs: undefined,
  cure: { connection: 'c', clientId: 'i', issuer: 'i', subject: 's' },
  place: undefined,
};

const start = {
  settings: {
    protocol: 2,
    brokerId: 'b',
    job: {
      planId: 'p',
      jobId: 'j',
      hostType: 'build',
      projectId: 'x',
      collectionUri: 'https://dev.azure.com/contoso/',
      oidcRequestUri: 'https://dev.azure.com/contoso/oidctoken',
      jobAccessToken: 't',
    },
    stateDirectory: '/temp',
    worker: { pid: 1, identity: 'w' },
    network: {
      proxy: { url: 'http://proxy:8080', username: 'u', password: 'p', bypass: ['x'] },
      authoritiesFile: '/authorities.pem',
    },
    port: 1,
    kept: [{ ...order, idTokenCapability: 'a', managedIdentityCapability: 'b' }],
  },
  connection: order,
};

describe('a message', () => {
  const good: readonly { told: string; read: (body: unknown) => unknown; body: object }[] = [
    { told: 'an order', read: readConnectionOrder, body: order },
    { told: 'a start', read: readStartMessage, body: start },
    { told: 'an ID', read: readConnectionId, body: { id: 'a-b' } },
    { told: 'a registration', read: readRegistrationAnswer, body: { registration } },
    { told: 'a refusal', read: readRegistrationAnswer, body: { failure } },
    {
      told: 'a refusal of one that goes on',
      read: readRegistrationAnswer,
      body: { failure, keepsRunning: true },
    },
    {
      told: 'a wish for an access token',
      read: readAccessTokenRequest,
      body: { id: 'a', scope: 's' },
    },
    {
      told: 'an access token',
      read: readAccessTokenAnswer,
      body: { token: 't', expiresOn: noon.toISOString() },
    },
    { told: 'no access token', read: readAccessTokenAnswer, body: { failure } },
  ];
  for (const { told, read, body } of good) {
    it(`is read as it was sent: ${told}`, () => {
      const sent: unknown = JSON.parse(JSON.stringify(body));
      assert.deepEqual(JSON.parse(JSON.stringify(read(sent))), sent);
    });

    it(`is read without what nobody asked for: ${told}`, () => {
      const read1 = read({ ...body, more: 'x' }) as Record<string, unknown>;
      assert.equal(read1['more'], undefined);
    });

    for (const wrong of [undefined, null, 1, 'x', [], {}]) {
      it(`is none: ${JSON.stringify(wrong)} for ${told}`, () => {
        assert.throws(() => read(wrong), NotAMessage);
      });
    }
  }

  const bad: readonly { told: string; read: (body: unknown) => unknown; body: object }[] = [
    { told: 'a path for an ID', read: readConnectionId, body: { id: '../x' } },
    {
      told: 'an authority without TLS',
      read: readConnectionOrder,
      body: { ...order, authorityHost: 'http://x/' },
    },
    {
      told: 'a word on other tasks that is neither yes nor no',
      read: readConnectionOrder,
      body: { ...order, keepOtherTasks: 'false' },
    },
    {
      told: 'a place that there is not',
      read: readConnectionOrder,
      body: { ...order, places: [{ kind: 'x' }] },
    },
    {
      told: 'places without end',
      read: readConnectionOrder,
      body: { ...order, places: Array(2_000).fill(order.places[0]) },
    },
    {
      told: 'an address elsewhere',
      read: readRegistrationAnswer,
      body: { registration: { ...registration, address: '10.0.0.1:1' } },
    },
    {
      told: 'a code of nobody',
      read: readRegistrationAnswer,
      body: { failure: { ...failure, code: 'X' } },
    },
    {
      told: 'a kind of nobody',
      read: readRegistrationAnswer,
      body: { failure: { ...failure, kind: 'x' } },
    },
    {
      told: 'a start for a job without TLS',
      read: readStartMessage,
      body: {
        ...start,
        settings: { ...start.settings, job: { ...start.settings.job, collectionUri: 'http://x/' } },
      },
    },
    {
      told: 'a start that follows a broker without capabilities',
      read: readStartMessage,
      body: { ...start, settings: { ...start.settings, kept: [order] } },
    },
    { told: 'no moment', read: readAccessTokenAnswer, body: { token: 't', expiresOn: 'soon' } },
    {
      told: 'a token without end',
      read: readAccessTokenAnswer,
      body: { token: 'a'.repeat(70_000), expiresOn: noon.toISOString() },
    },
  ];
  for (const { told, read, body } of bad) {
    it(`is none: ${told}`, () => assert.throws(() => read(body), NotAMessage));
  }
});
