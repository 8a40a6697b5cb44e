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

/** Keeps the names of the inputs that it was asked for; only those of the connection have a value. */
class AskedAgent extends FakeAgent {
  readonly asked: Set<string>;
  constructor(asked: Set<string>, connectionType: string) {
    super();
    this.asked = asked;
    this.input = (name) => {
      asked.add(name);
      return { ...connections, connectionType }[name] ?? '';
    };
  }
  override readonly input: PipelineAgent['input'];
}

const connections: Readonly<Record<string, string>> = {
  azureSubscription: ids.connection,
  azureDevOpsServiceConnection: ids.azureDevOps,
};

describe('The inputs that a task.json shows', () => {
  for (const task of taskNames) {
    it(`are read by ${task}, all of them, and no other`, () => {
      const asked = new Set<string>();
      for (const type of ['azureRM', 'azureDevOps']) readers[task](new AskedAgent(asked, type));
      const { inputs } = taskManifest(openPackage(), task);
      assert.deepEqual([...asked].sort(), inputs.map(({ name }) => name).sort());
    });
  }
});
