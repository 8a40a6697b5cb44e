import assert from 'node:assert/strict';
import { idTokenRequest, requestIdToken } from '../../../src/id-token/request-id-token.ts';
import { NetworkTrouble, type HttpAnswer } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import {
  aJob,
  anAnswer,
  anIdTokenAnswer,
  anIdTokenText,
  ids,
  jobAccessToken,
  later,
  minutes,
  oidcRequestUri,
  seconds,
} from '../../support/builders.ts';
import { rejectionOf } from '../../support/failures.ts';
import { FakeClock, FakeHttp } from '../../support/fakes.ts';

const connection = { id: ids.connection, name: 'production' };

function ask(reply: HttpAnswer | NetworkTrouble | Error): ReturnType<typeof requestIdToken> {
  const http = new FakeHttp(() => {
    if (reply instanceof Error && !(reply instanceof NetworkTrouble)) throw reply;
    return reply;
  });
  return requestIdToken(connection, aJob(), seconds(30), { http, clock: new FakeClock() });
}

describe('the request for an ID token', () => {
  const request = idTokenRequest(ids.connection, aJob(), seconds(30));

  it('goes to the address of this job, and names the connection', () => {
    assert.equal(request.method, 'POST');
    assert.equal(
      request.url.href,
      `${oidcRequestUri}?api-version=7.1&serviceConnectionId=${ids.connection}`,
    );
    assert.equal(request.body, '{}');
    assert.equal(request.timeoutMs, seconds(30));
  });

  it('carries the job access token where no log shows it', () => {
    const { authorization } = request.headers;
    assert.ok(authorization instanceof Secret);
    assert.equal(authorization.reveal(), `Bearer ${jobAccessToken.reveal()}`);
    assert.ok(!JSON.stringify(request).includes(jobAccessToken.reveal()));
  });

  it('asks for a refusal in place of a sign-in page', () => {
    assert.equal(request.headers['x-tfs-fedauthredirect'], 'Suppress');
  });

  it('leaves the address of the job as it was', () => {
    const job = aJob();
    idTokenRequest(ids.connection, job, 1);
    assert.equal(job.oidcRequestUri.href, oidcRequestUri);
  });
});

describe('asking for an ID token', () => {
  it('gives what Azure DevOps gives', async () => {
    const { idToken } = await ask(anIdTokenAnswer());
    assert.equal(idToken.token.reveal(), anIdTokenText());
  });

  it('measures a pause by the moment at which the answer came', async () => {
    const headers = { 'retry-after': later(minutes(1)).toUTCString() };
    assert.equal((await ask(anIdTokenAnswer({}, { headers }))).pauseMs, minutes(1));
  });

  it('fails as the answer is judged', async () => {
    await rejectionOf(ask(anAnswer({ status: 401 })), 'JOB_TOKEN_REFUSED');
  });

  const troubles = [
    ['timeout', undefined, 'no complete answer in time', 'proxy'],
    ['connection', 'ECONNRESET', 'the connection failed (ECONNRESET)', 'proxy'],
    ['too large', undefined, 'far too large', 'proxy'],
  ] as const;
  for (const [reason, code, account, remedy] of troubles) {
    it(`can be tried again after trouble on the way: ${reason}`, async () => {
      const failure = await rejectionOf(
        ask(new NetworkTrouble(reason, code)),
        'DEVOPS_UNAVAILABLE',
      );
      assert.equal(failure.kind, 'transient');
      assert.ok(failure.message.includes('dev.azure.com') && failure.message.includes(account));
      assert.ok(failure.remedy.includes(remedy));
    });
  }

  const mistakes = [
    ['certificate', 'DEVOPS_UNAVAILABLE', 'not trusted', 'NODE_EXTRA_CA_CERTS'],
    ['host name', 'DEVOPS_UNAVAILABLE', "cannot find the host's name", 'DNS'],
    ['proxy address', 'PROXY_ADDRESS_INVALID', 'cannot be read', 'http://host:port'],
  ] as const;
  for (const [reason, code, account, remedy] of mistakes) {
    it(`is misconfigured where the trouble is the ${reason}`, async () => {
      const failure = await rejectionOf(ask(new NetworkTrouble(reason)), code);
      assert.equal(failure.kind, 'misconfigured');
      assert.ok(failure.message.includes(account) && failure.remedy.includes(remedy));
    });
  }

  it('does not pass a bug off as trouble on the way', async () => {
    const bug = new TypeError('x is undefined');
    await assert.rejects(ask(bug), bug);
  });
});
