import assert from 'node:assert/strict';
import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { readInputs as readFederatedLogin } from '../../tasks/FederatedLogin/inputs.ts';
import { readInputs as readTerraformOidcEnv } from '../../tasks/TerraformOidcEnv/inputs.ts';
import { readInputs as readTokenRefresher } from '../../tasks/TokenRefresher/inputs.ts';
import { ids } from '../support/builders.ts';
import { FakeAgent } from '../support/fake-agent.ts';
import { openPackage, taskManifest, taskNames, type TaskName } from './packed-extension.ts';

const readers: Readonly<Record<TaskName, (agent: PipelineAgent) => unknown>> = {
  FederatedLogin: readFederatedLogin,
  TerraformOidcEnv: readTerraformOidcEnv,
  TokenRefresher: readTokenRefresher,
};

/** Keeps the names of the inputs that it was asked for; only the connection has a value. */
class AskedAgent extends FakeAgent {
  readonly asked = new Set<string>();
  override readonly input = (name: string): string => {
    this.asked.add(name);
    return name === 'azureSubscription' ? ids.connection : '';
  };
}

describe('The inputs that a task.json shows', () => {
  for (const task of taskNames) {
    it(`are read by ${task}, all of them, and no other`, () => {
      const agent = new AskedAgent();
      readers[task](agent);
      const { inputs } = taskManifest(openPackage(), task);
      assert.deepEqual([...agent.asked].sort(), inputs.map(({ name }) => name).sort());
    });
  }
});
