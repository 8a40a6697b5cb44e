import { equal, match, ok } from 'node:assert/strict';
import { BrokerFixture } from '../../support/broker-fixture.ts';
import { minutes, seconds } from '../../support/builders.ts';
import { refused } from '../../support/upstream.ts';

const started = (): Promise<BrokerFixture> => new BrokerFixture().start();

describe('a client whose access token Entra refuses', () => {
  it('tells of a mismatch with 403, the code of Entra and the remedy', async () => {
    const bench = await started();
    bench.upstream.entraFault = () => refused({ status: 401, aadsts: [700213] });
    await bench.clock.advance(minutes(2));
    let served = bench.accessToken();
    for (let passed = 0; passed < 8; passed += 1) {
      await bench.clock.advance(seconds(10));
      await served;
      served = bench.accessToken();
    }
    await bench.clock.advance(seconds(20));
    const { status, body } = await served;
    equal(status, 403);
    match(body, /AADSTS700213.*federated credential/);
  });

  it('holds a request while a refusal may be one that ends by itself', async () => {
    const bench = await started();
    let refusals = 0;
    bench.upstream.entraFault = () => {
      refusals += 1;
      bench.upstream.entraFault = undefined;
      return refused({ status: 401, aadsts: [700213] });
    };
    const served = bench.accessToken();
    await bench.clock.advance(seconds(5));
    equal((await served).status, 200);
    equal(refusals, 1);
  });

  it('says 503 and when to come back while something new may still arrive', async () => {
    const bench = await started();
    bench.upstream.entraFault = () => refused({ status: 401, aadsts: [700213] });
    const served = bench.accessToken();
    await bench.clock.advance(seconds(12));
    const { status, headers } = await served;
    equal(status, 503);
    ok(Number(headers?.['retry-after']) <= 5, JSON.stringify(headers));
  });
});
