import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultKind, Job, ServiceConnection } from './emulator.ts';
import type { Answer } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

describe('the faults of the emulator', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  let job: Job;
  before(async () => {
    place = await openWorkplace();
    connection = place.emulator.addServiceConnection({ name: 'prod' });
    job = place.emulator.startJob({ connections: [connection] });
  });
  afterEach(() => place.emulator.faults.clear());
  after(() => place.close());

  const ask = (): Promise<Answer> => place.askForIdToken(job, connection);
  const askUnder = (kind: FaultKind): Promise<Answer> => {
    place.emulator.faults.inject({ at: 'oidctoken', kind, times: 1 });
    return ask();
  };

  it('strikes as often as it is told, and is counted and journaled', async () => {
    const fault = place.emulator.faults.inject({
      at: 'oidctoken',
      kind: { status: 429, retryAfterSeconds: 7 },
      times: 2,
    });
    const first = await ask();
    assert.equal(first.status, 429);
    assert.equal(first.headers['retry-after'], '7');
    assert.match(first.text, /TF400733/);
    assert.equal((await ask()).status, 429);
    assert.equal((await ask()).status, 200);
    assert.equal(fault.hits, 2);
    assert.equal(
      place.emulator.journal.count((entry) => entry.fault !== undefined),
      2,
    );
  });

  it('ends after its time, or when it is cleared', async () => {
    const forMs = 3_000;
    const begun = Date.now();
    place.emulator.faults.inject({ at: 'oidctoken', kind: { status: 503 }, forMs });
    let answer = await ask();
    assert.equal(answer.status, 503);
    while (answer.status === 503) {
      await pause(100);
      answer = await ask();
    }
    assert.equal(answer.status, 200);
    assert.ok(Date.now() - begun >= forMs);
    const lasting = place.emulator.faults.inject({ at: 'oidctoken', kind: { status: 502 } });
    assert.equal((await ask()).status, 502);
    lasting.clear();
    assert.equal((await ask()).status, 200);
  });

  it('strikes nobody but the place and the requests that it is for', async () => {
    place.emulator.faults.inject({ at: 'entra', kind: { status: 500 } });
    assert.equal((await ask()).status, 200);
    place.emulator.faults.inject({
      at: 'oidctoken',
      kind: { status: 500 },
      when: (request) => request.query.get('serviceConnectionId') !== connection.id,
    });
    assert.equal((await ask()).status, 200);
  });

  it('dates Retry-After when wanted', async () => {
    const begun = Date.now();
    const answer = await askUnder({ status: 503, retryAfterSeconds: 5, asDate: true });
    const until = Date.parse(answer.headers['retry-after'] ?? '');
    // A date has whole seconds.
    assert.ok(until > begun + 4000 && until <= Date.now() + 5000);
  });

  it('puts headers on a good answer', async () => {
    const answer = await askUnder({ headers: { 'Retry-After': '3', 'X-RateLimit-Delay': '1.5' } });
    assert.ok(textOf(answer, 'oidcToken'));
    assert.equal(answer.headers['retry-after'], '3');
    assert.equal(answer.headers['x-ratelimit-delay'], '1.5');
  });

  const pages = [
    ['sign-in-redirect', 302],
    ['sign-in-page', 203],
    ['html', 200],
  ] as const;
  for (const [kind, status] of pages) {
    it(`shows a page for ${kind}`, async () => {
      const answer = await askUnder(kind);
      assert.equal(answer.status, status);
      assert.match(answer.headers['content-type'] ?? '', /text\/html/);
    });
  }

  it('empties, cuts, blows up and spoils answers', async () => {
    assert.equal((await askUnder('empty')).text, '');
    assert.equal((await askUnder('no-token')).text, '{}');
    const truncated = await askUnder('truncated');
    assert.throws(() => JSON.parse(truncated.text) as unknown);
    assert.equal(truncated.status, 200);
    assert.ok((await askUnder('oversized')).text.length > 8 * 1024 * 1024);
    assert.equal(textOf(await askUnder('garbage-token'), 'oidcToken'), '!');
  });

  for (const kind of ['reset', 'tls-reset', 'cut-off'] as const) {
    it(`breaks the connection for ${kind}`, async () => {
      await assert.rejects(askUnder(kind));
      assert.equal((await ask()).status, 200);
    });
  }

  for (const kind of ['silence', 'slow-body'] as const) {
    it(`keeps a client waiting for ${kind}`, async () => {
      const answer = askUnder(kind).then(
        () => 'answered',
        () => 'broken',
      );
      const patience = new Promise<string>((resolve) => setTimeout(resolve, 300, 'waiting'));
      assert.equal(await Promise.race([answer, patience]), 'waiting');
    });
  }

  it('answers late', async () => {
    const begun = Date.now();
    assert.equal((await askUnder({ delayMs: 150 })).status, 200);
    assert.ok(Date.now() - begun >= 150);
  });

  it("sets the issuer's clock and shortens lives", async () => {
    const begun = Date.now() / 1000;
    const early = claimsOf(textOf(await askUnder({ clockSkewSeconds: 900 }), 'oidcToken'));
    const ahead = Number(early['iat']) - 900;
    assert.ok(ahead > begun - 5 && ahead < Date.now() / 1000 + 5);
    const brief = claimsOf(textOf(await askUnder({ validitySeconds: 20 }), 'oidcToken'));
    assert.equal(Number(brief['exp']) - Number(brief['iat']), 20);
  });
});
