import assert from 'node:assert/strict';
import { plain } from '../../../../src/agent/variable-change.ts';
import { warnOfOtherSubscription } from '../../../../src/delivery/variables/subscription-choice.ts';
import { someEndpoints } from '../../../support/builders.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

const tokenFile = '/agent/_temp/workload-identity/another/id-token';
const changes = ['ARM_SUBSCRIPTION_ID', 'AZURE_SUBSCRIPTION_ID', 'OTHER'].map((name) =>
  plain(name, 'of-the-connection'),
);

interface Row {
  readonly title: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly named?: string;
}

const rows: readonly Row[] = [
  {
    title: 'where the job names another one',
    environment: { ARM_SUBSCRIPTION_ID: 'a', AZURE_SUBSCRIPTION_ID: 'a', OTHER: 'a' },
    named: 'ARM_SUBSCRIPTION_ID, AZURE_SUBSCRIPTION_ID',
  },
  {
    title: "for Terraform, after a sign-in of ours for SDKs, which has set but the SDKs' one",
    environment: {
      ARM_SUBSCRIPTION_ID: 'a',
      AZURE_SUBSCRIPTION_ID: 'b',
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    },
    named: 'ARM_SUBSCRIPTION_ID',
  },
  {
    title: 'not where an earlier step of ours has set it for Terraform',
    environment: {
      ARM_SUBSCRIPTION_ID: 'a',
      ARM_OIDC_REQUEST_URL: someEndpoints().idTokenUrl,
    },
  },
  {
    title: 'not where the step itself decides',
    environment: { ARM_SUBSCRIPTION_ID: 'a' },
    inputs: { subscriptionId: 'of-the-connection' },
  },
  {
    title: 'not where it is the same, or none',
    environment: { ARM_SUBSCRIPTION_ID: 'OF-THE-CONNECTION', AZURE_SUBSCRIPTION_ID: '' },
  },
];

describe("A subscription of the author's choice that gives way", () => {
  for (const { title, environment, inputs = {}, named } of rows) {
    it(`is told ${title}`, () => {
      const agent = new FakeAgent({ environment, inputs });
      warnOfOtherSubscription(changes, agent);
      const said = agent.warned.map(
        (line) => /subscription in (.+);.*subscriptionId/.exec(line)?.[1],
      );
      assert.deepEqual(said, named === undefined ? [] : [named]);
    });
  }
});
