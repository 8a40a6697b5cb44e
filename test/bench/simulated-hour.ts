import { BrokerFixture } from '../support/broker-fixture.ts';

const hourMs = 3_600_000;
const pauseMs = 10_000;

/** Requests upstream of one connection whose clients ask for everything every ten seconds. */
export async function simulatedHour(scopes: number): Promise<{ devops: number; entra: number }> {
  const job = new BrokerFixture();
  // The earliest that chance allows.
  job.chance.jitterValue = 0.999;
  await job.start();
  const resources = Array.from({ length: scopes }, (_, index) => `https://s${index}.example`);
  for (let ms = 0; ms < hourMs; ms += pauseMs) {
    await Promise.all([job.idToken(), ...resources.map((resource) => job.accessToken(resource))]);
    await job.clock.advance(pauseMs);
  }
  const { upstream } = job;
  return { devops: upstream.visitsTo('devops').length, entra: upstream.visitsTo('entra').length };
}
