import assert from 'node:assert/strict';
import {
  tellAccessToken,
  tellConnection,
  tellEndOfJob,
  tellIdToken,
  tellOtherTasks,
  utc,
} from '../../../src/delivery/log.ts';
import { Secret } from '../../../src/secret.ts';
import { cloudNamed } from '../../../src/service-connection/cloud.ts';
import {
  aJwt,
  anIdToken,
  aServiceConnection,
  ids,
  later,
  minutes,
  noon,
} from '../../support/builders.ts';
import { FakeAgent } from '../../support/fake-agent.ts';

describe('what the log tells of a connection', () => {
  it('is who will be signed in, and where', () => {
    const agent = new FakeAgent();
    tellConnection(aServiceConnection(), agent);
    for (const part of ['production', ids.client, ids.tenant, ids.subscription, 'AzureCloud']) {
      assert.ok(agent.log.includes(part), part);
    }
  });

  it('is its name with its ID beside it, or its ID alone', () => {
    const agent = new FakeAgent();
    tellConnection(aServiceConnection(), agent);
    tellConnection(aServiceConnection({ name: ids.connection }), agent);
    const [named, nameless] = agent.said;
    assert.ok(named?.startsWith(`Service connection production (${ids.connection}): client`));
    assert.ok(nameless?.startsWith(`Service connection ${ids.connection}: client`));
  });

  it('says so where there is no subscription', () => {
    const agent = new FakeAgent();
    tellConnection(aServiceConnection({ subscriptionId: undefined }), agent);
    assert.ok(agent.log.includes('no subscription'));
    assert.deepEqual(agent.warned, []);
  });

  it("names in a warning each host that is not the cloud's own", () => {
    const agent = new FakeAgent();
    const authorityHost = new URL('https://login.evil.example/');
    const resourceManager = new URL('https://arm.evil.example/');
    tellConnection(aServiceConnection({ authorityHost, resourceManager }), agent);
    assert.match(agent.warned.join(), /login\.evil\.example and arm\.evil\.example/);
  });

  it('warns of no host of an Azure Stack, which has its own', () => {
    const agent = new FakeAgent();
    const authorityHost = new URL('https://login.stack.example/');
    const cloud = cloudNamed('AzureStack', 'x');
    tellConnection(aServiceConnection({ cloud, authorityHost }), agent);
    assert.deepEqual(agent.warned, []);
  });
});

describe('what the log tells of an ID token', () => {
  const idToken = anIdToken({
    issuer: 'the-issuer',
    subject: 'the-subject',
    audience: 'the-audience',
  });

  it('is what has to match, and how long it holds', () => {
    const agent = new FakeAgent();
    tellIdToken(idToken, aServiceConnection(), true, agent);
    for (const part of ['the-issuer', 'the-subject', 'the-audience', '2026-03-14 12:10 UTC']) {
      assert.ok(agent.log.includes(part), part);
    }
    assert.ok(agent.log.includes('replaced in time'));
    assert.ok(!agent.log.includes(idToken.token.reveal()));
    assert.deepEqual(agent.warned, []);
  });

  it('says so where nobody replaces it', () => {
    const agent = new FakeAgent();
    tellIdToken(idToken, aServiceConnection(), false, agent);
    assert.ok(agent.log.includes('not replaced'));
  });

  const retiring = anIdToken({ issuer: 'https://vstoken.dev.azure.com/org' });
  it('warns of the issuer that retires', () => {
    const agent = new FakeAgent();
    tellIdToken(retiring, aServiceConnection(), true, agent);
    assert.equal(agent.warned.length, 1);
    assert.match(agent.warned.join(), /production.+2027-07-01/);
    assert.match(agent.warned.join(), /unless it is an application for several tenants/);
  });

  it('does not warn of it where it stays: in another cloud than the public one', () => {
    const agent = new FakeAgent();
    const connection = aServiceConnection({ cloud: cloudNamed('AzureUSGovernment', 'production') });
    tellIdToken(retiring, connection, true, agent);
    assert.deepEqual(agent.warned, []);
  });
});

describe("what the log tells of the agent's clock", () => {
  const told = (clockAheadMs: number | undefined): readonly string[] => {
    const agent = new FakeAgent();
    tellIdToken({ ...anIdToken(), clockAheadMs }, aServiceConnection(), true, agent);
    return agent.warned;
  };

  for (const ms of [undefined, 0, 60_000, -60_000]) {
    it(`is nothing where it is right enough: ${ms ?? 'not known'}`, () => {
      assert.deepEqual(told(ms), []);
    });
  }

  it('is how far it is ahead or behind, beyond a minute', () => {
    assert.match(told(minutes(5)).join(), /300 seconds ahead of/);
    assert.match(told(-minutes(2)).join(), /120 seconds behind/);
  });
});

describe('what the log tells of the end of the job', () => {
  it("is when the job's own access token ends", () => {
    const agent = new FakeAgent();
    tellEndOfJob(new Secret(aJwt({ exp: noon.getTime() / 1_000 })), agent);
    assert.match(agent.log, /until 2026-03-14 12:00 UTC/);
    assert.match(agent.log, /user-assigned managed identity, up to 24 hours/);
  });

  it('is nothing where that is not known', () => {
    const agent = new FakeAgent();
    tellEndOfJob(new Secret('opaque'), agent);
    tellEndOfJob(undefined, agent);
    assert.equal(agent.log, '');
  });
});

describe('what the log tells of access tokens', () => {
  it('is until when the first is good, and that it is replaced', () => {
    const agent = new FakeAgent();
    tellAccessToken({ expiresOn: noon }, true, agent);
    assert.match(agent.log, /2026-03-14 12:00 UTC; the broker replaces/);
  });

  it('is the way to longer lives where nobody replaces them', () => {
    const agent = new FakeAgent();
    tellAccessToken({ expiresOn: noon }, false, agent);
    assert.match(agent.log, /nobody replaces it/);
    assert.match(agent.log, /user-assigned managed identity, up to 24 hours/);
  });
});

describe('a time in the log', () => {
  it('is in UTC, with hours and minutes', () => {
    assert.equal(utc(new Date('2026-03-14T23:59:59.999+02:00')), '2026-03-14 21:59 UTC');
  });
});

describe('what the log tells of other tasks', () => {
  const day = minutes(24 * 60);
  const rows = [
    {
      lives: 'an ID token of minutes',
      idTokenMs: minutes(10),
      accessTokenLifeMs: minutes(74),
      says: /an ID token lives 10 minutes and an access token lives 74 minutes\. So such a task ends/,
    },
    {
      lives: 'an ID token of seconds',
      idTokenMs: 25_000,
      accessTokenLifeMs: undefined,
      says: /an ID token lives 25 seconds\. So such a task ends/,
    },
    {
      lives: 'an ID token of a day',
      idTokenMs: day,
      accessTokenLifeMs: day,
      says: /an ID token lives 24\.0 hours .+ So such a task takes new access tokens by itself/,
    },
  ];
  for (const { lives, idTokenMs, accessTokenLifeMs, says } of rows) {
    it(`is when those end that nobody can keep, with ${lives}`, () => {
      const agent = new FakeAgent();
      const idToken = { ...anIdToken(), issuedOn: noon, expiresOn: later(idTokenMs) };
      tellOtherTasks(idToken, { areKept: false, accessTokenLifeMs }, agent);
      assert.equal(agent.said.length, 1);
      assert.match(agent.log, says);
    });
  }

  it('is no life where none was measured', () => {
    const agent = new FakeAgent();
    const idToken = { ...anIdToken(), issuedOn: undefined };
    tellOtherTasks(idToken, { areKept: false }, agent);
    assert.match(agent.log, /and others\)\. So such a task ends/);
  });

  it('is which stay signed in, where they are kept', () => {
    const agent = new FakeAgent();
    tellOtherTasks(anIdToken(), { areKept: true }, agent);
    assert.match(
      agent.said[0] ?? '',
      /through Azure CLI \(AzureCLI, BicepDeploy;.+ stay signed in/,
    );
  });
});
