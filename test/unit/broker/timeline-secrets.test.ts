import assert from 'node:assert/strict';
import { NetworkTrouble } from '../../../src/ports.ts';
import {
  anOrder,
  BrokerFixture,
  someSettings,
  tempDirectory,
} from '../../support/broker-fixture.ts';
import { anAnswer, aJwt, ids, minutes, seconds } from '../../support/builders.ts';
import { refused } from '../../support/upstream.ts';

/** Texts that stand for credentials, each in a place from which one could get into the record. */
const planted = {
  jobAccessToken: aJwt({ orchid: 'planted-in-the-job', jobref: 'planted' }),
  body: 'PlantedInABodyOfAzureDevOps0123456789abcdefg',
  header: 'PlantedInAHeaderOfAzureDevOps0123456789abcde',
  correlationId: 'PlantedInACorrelationIdOfEntra0123456789abcd',
  crash: 'PlantedInAnErrorThatNobodyForesaw0123456789a',
  userAgent: 'PlantedInAUserAgent0123456789abcdefghijklmno',
  audience: 'PlantedInAnAudience0123456789abcdefghijklmno',
  otherHeader: 'PlantedInAnyHeader0123456789abcdefghijklmnop',
  file: 'PlantedInTheNameOfAFile0123456789abcdefghijk',
};

/** What a script asks for that took the wrong variable; none of it is a resource. */
const askedInstead: Readonly<Record<string, (broker: BrokerFixture) => Promise<string>>> = {
  'the capability of the managed identity': ({ registration }) =>
    Promise.resolve(registration.managedIdentityCapability),
  'the capability of the ID token': ({ registration }) =>
    Promise.resolve(registration.idTokenCapability),
  'the ID token': async (broker) => (await broker.idToken()).token,
  'an access token': async (broker) => (await broker.accessToken()).token,
  'the access token of the job': () => Promise.resolve(planted.jobAccessToken),
  'a client secret': () => Promise.resolve('Ab18Q~planted-in-a-resource.0123456789-ABCD'),
  'a URL that is signed': () =>
    Promise.resolve(
      'https://contoso.blob.core.windows.net/x?sv=2024&sig=PlantedInAQuery0123456789',
    ),
  'a URL with a fragment': () =>
    Promise.resolve('https://contoso.example/#access_token=PlantedInAFragment0123456789'),
};

describe('No secret and no ID gets into the record of what the tokens did', () => {
  const secrets = new Set<string>(Object.values(planted));
  let broker: BrokerFixture;
  let texts: readonly string[];
  let refusedAsNoResource: number;

  before(async () => {
    broker = await startedBroker();
    refusedAsNoResource = 0;
    await playFaults(broker);
    for (const secretOf of Object.values(askedInstead)) {
      const secret = await secretOf(broker);
      assert.ok(secret.length > 20, 'nothing was planted');
      secrets.add(secret);
      if ((await broker.accessToken(secret)).status === 400) refusedAsNoResource += 1;
      await broker.clock.advance(seconds(30));
    }
    await collectTokens(broker, secrets);
    const journal = broker.files.contents.get(`${tempDirectory}/workload-identity/timeline.json`);
    const { timeline } = (await broker.control('stop', {})) as { readonly timeline: object };
    texts = [journal ?? '', JSON.stringify(timeline)];
  });

  it('though the record holds every fault and every answer of that job', () => {
    for (const text of texts) {
      for (const code of ['DEVOPS_UNAVAILABLE', 'AADSTS700213', 'UNEXPECTED', 'FILE_NOT_WRITTEN'])
        assert.ok(text.includes(code), `${code} is not in ${text}`);
    }
    const { kinds } = (
      JSON.parse(texts[1] ?? '') as {
        connections: { answers: { kinds: Record<string, number[][]> } }[];
      }
    ).connections[0]?.answers ?? { kinds: {} };
    assert.ok(kinds['other program'] && kinds['unnamed program']);
    assert.equal(refusedAsNoResource, Object.keys(askedInstead).length);
  });

  it('neither in the journal nor in what is attached, whole or in part', () => {
    assert.ok(secrets.size >= 20, `${secrets.size} secrets`);
    for (const text of texts) {
      for (const secret of secrets) {
        const found = partsOf(secret).find((part) => text.includes(part));
        assert.equal(found, undefined, `${found} of ${secret}`);
      }
    }
  });

  it('and no ID of the connection, its tenant, its client, the plan, the job or the project', () => {
    for (const text of texts) {
      for (const id of Object.values(ids)) assert.ok(!text.includes(id), `${id} is in ${text}`);
    }
  });
});

async function startedBroker(): Promise<BrokerFixture> {
  const broker = new BrokerFixture();
  const path = `${tempDirectory}/workload-identity/${planted.file}`;
  const scope = 'https://vault.azure.net/.default';
  const { job } = someSettings();
  await broker.startWith({
    settings: someSettings({ job: { ...job, jobAccessToken: planted.jobAccessToken } }),
    connection: anOrder({ places: [{ kind: 'file', path, scope }] }),
  });
  broker.files.unwritable.add(path);
  return broker;
}

/** Lets both services fail in every way that carries texts of theirs. */
async function playFaults(broker: BrokerFixture): Promise<void> {
  const { upstream, clock } = broker;
  const body = JSON.stringify({ message: planted.body, typeKey: planted.body });
  const headers = { 'x-vss-e2eid': planted.header, 'retry-after': '7' };
  for (const status of [400, 401, 403, 404, 429, 500, 503]) {
    upstream.devOpsFault = () => anAnswer({ status, headers, body });
    await clock.advance(minutes(2));
    upstream.devOpsFault = undefined;
    await clock.advance(minutes(2));
  }
  upstream.devOpsFault = () => new NetworkTrouble('connection', 'ECONNRESET');
  await clock.advance(minutes(2));
  upstream.devOpsFault = () => {
    throw new TypeError(planted.crash);
  };
  await clock.advance(minutes(2));
  upstream.devOpsFault = undefined;
  await clock.advance(minutes(2));
  const { correlationId } = planted;
  upstream.entraFault = () => refused({ status: 401, aadsts: [700213], correlationId });
  await clock.advance(minutes(60));
  upstream.entraFault = undefined;
  await clock.advance(minutes(20));
}

/** Asks as clients of all kinds do, and notes every token that they got. */
async function collectTokens(broker: BrokerFixture, secrets: Set<string>): Promise<void> {
  const { idTokenCapability, managedIdentityCapability } = broker.registration;
  for (const secret of [idTokenCapability, managedIdentityCapability, broker.controlCapability])
    secrets.add(secret);
  const headers = {
    authorization: `Bearer ${idTokenCapability}`,
    'user-agent': planted.userAgent,
    'x-anything': planted.otherHeader,
  };
  const target = `/connections/${ids.connection}/id-token?v=1&audience=${planted.audience}`;
  for (let request = 0; request < 5; request += 1) {
    secrets.add((await broker.request(target, headers)).token);
    secrets.add((await broker.accessToken('https://graph.microsoft.com')).token);
    await broker.clock.advance(minutes(3));
  }
  const byJobToken = { authorization: `Bearer ${planted.jobAccessToken}` };
  const named = `${target}&serviceConnectionId=${ids.connection}`;
  assert.equal((await broker.request(named, byJobToken)).status, 200);
}

/** A credential, and its beginning, by which a name that was cut would still give it away. */
function partsOf(secret: string): readonly string[] {
  return [secret, secret.slice(0, 24)];
}
