import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { FederationError } from '../../../src/errors.ts';
import { TokenDelivery } from '../../../src/refresh/token-delivery.ts';
import { aFailure } from '../../support/builders.ts';

class Bench {
  readonly failures: FederationError[] = [];
  readonly written: string[] = [];
  write: (token: string) => Promise<void> = (token) => {
    this.written.push(token);
    return Promise.resolve();
  };
  readonly delivery = new TokenDelivery<string>(
    (token) => this.write(token),
    (failure) => this.failures.push(failure),
  );
}

describe('the delivery of a token', () => {
  it('puts it in place once', async () => {
    const { delivery, written } = new Bench();
    delivery.take('one');
    equal(delivery.isPending, true);
    await Promise.all([delivery.deliver(), delivery.delivered()]);
    await delivery.deliver();
    deepEqual([written, delivery.isPending], [['one'], false]);
  });

  it('puts the newest in place last, when one comes while another is written', async () => {
    const bench = new Bench();
    const { delivery, written } = bench;
    const write = bench.write;
    bench.write = (token) => {
      if (token === 'one') delivery.take('two');
      return write(token);
    };
    delivery.take('one');
    await delivery.delivered();
    deepEqual([written, delivery.isPending], [['one', 'two'], false]);
  });

  it('keeps what could not be written, tells why, and tries again when it is asked to', async () => {
    const bench = new Bench();
    const { delivery, failures, written, write } = bench;
    const failure = aFailure();
    bench.write = () => Promise.reject(failure);
    delivery.take('one');
    await rejects(delivery.delivered(), failure);
    deepEqual([failures, delivery.isPending], [[failure], true]);
    bench.write = write;
    await delivery.delivered();
    deepEqual([written, delivery.isPending], [['one'], false]);
  });
});
