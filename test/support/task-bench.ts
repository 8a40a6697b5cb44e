import type { HttpAnswer, HttpRequest } from '../../src/ports.ts';
import type { FederatedLoginWorld } from '../../tasks/FederatedLogin/federated-login.ts';
import type { FinishWorld } from '../../tasks/shared/finish.ts';
import { anAnswer, anIdTokenAnswer, ids } from './builders.ts';
import { FakeAgent, type AgentSettings } from './fake-agent.ts';
import { FakeBroker } from './fake-broker.ts';
import { foldersOver } from './fake-folders.ts';
import { FakeMachineFolders } from './fake-machine-folders.ts';
import { FakeTools } from './fake-tools.ts';
import {
  FakeChance,
  FakeEntra,
  FakeFiles,
  FakeHttp,
  FakeProcesses,
  ImpatientClock,
} from './fakes.ts';

/** The whole world of one job, as its tasks meet it; each {@link TaskBench.agent} is one step. */
export class TaskBench {
  readonly files = new FakeFiles();
  readonly processes = new FakeProcesses({ 100: 'the worker' });
  readonly clock = new ImpatientClock();
  readonly broker = new FakeBroker(this.files, this.processes);
  readonly entra = new FakeEntra(this.clock);
  readonly http = new FakeHttp(answerOf);
  tools = new FakeTools();
  readonly folders = new FakeMachineFolders();

  agent(settings: AgentSettings = {}): FakeAgent {
    return new FakeAgent({ workerPid: 100, ...settings });
  }

  world(agent: FakeAgent): FederatedLoginWorld {
    const { files, processes, clock, broker, http, entra, tools, folders } = this;
    const chance = new FakeChance();
    return {
      agent,
      processes,
      tools,
      folders,
      shared: foldersOver(files),
      join: broker.world,
      upstream: () => Promise.resolve({ files, clock, chance, http, entra }),
    };
  }

  /** What the post-job step of the same task meets. */
  get finishWorld(): FinishWorld {
    const { files, processes, clock, broker, tools, folders } = this;
    return { files, processes, clock, tools, folders, reach: broker.world.reach };
  }
}

/** Azure DevOps and Resource Manager on a good day. */
function answerOf({ url }: HttpRequest): HttpAnswer {
  if (url.pathname.endsWith('/oidctoken')) return anIdTokenAnswer();
  if (url.pathname === `/subscriptions/${ids.subscription}`) {
    return anAnswer({ body: JSON.stringify({ subscriptionId: ids.subscription }) });
  }
  return anAnswer({ status: 404 });
}
