import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  startEmulator,
  type Emulator,
  type ServiceConnection,
} from '../harness/emulator/emulator.ts';
import type { ConnectionType } from '../harness/emulator/service-connections.ts';
import { Stage, type Play, type PlayOptions, type StageOptions } from '../harness/stage.ts';
import { containerCommands, containerEngine, containerEnvironment } from './containers/engine.ts';
import { openRelay } from './containers/relay.ts';
import type { Lives } from './evidence.ts';
import { programs, repository } from './paths.ts';

/** A job of the conformance run. */
export interface Production extends Pick<PlayOptions, 'allow' | 'profile'> {
  /** Path of a pipeline file, relative to the repository. */
  readonly pipeline: string;
  /** The folder of the job's sources; that of the client programs otherwise. */
  readonly sources?: string;
  /** Variables of the job; a function where they tell of what there is in the emulator. */
  readonly variables: PlayOptions['variables'] | VariablesOf;
  readonly connections: readonly string[];
  /** The subscription of a connection, by its name; that of all others where this says nothing. */
  readonly subscriptions?: Readonly<Record<string, string>>;
  /** The type of all of them. */
  readonly connectionType?: ConnectionType;
  readonly lives: Lives;
  readonly deploymentSeconds: number;
  /** Folders that go before all others on the agent's PATH. */
  readonly path?: readonly string[];
  /** Whether it starts containers, which need a way to the emulator of their own. */
  readonly inContainers?: boolean;
}

/** Variables that tell of what there is in the emulator; may set up more of it before. */
export type VariablesOf = (
  emulator: Emulator,
  connections: readonly ServiceConnection[],
) => NonNullable<PlayOptions['variables']>;

/** A job that was played, with the names of its connections by their id. */
export interface Produced extends Play {
  /** How many credentials were issued, and looked for. */
  readonly credentials: number;
  readonly names: ReadonlyMap<string, string>;
}

/** Plays a job on an emulator of its own, so that plays beside each other see nothing of each other. */
export async function produce(production: Production): Promise<Produced> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const emulator = await startEmulator({ folder, blobStorage: true });
  try {
    if (production.inContainers !== true) return await playOn(emulator, production, {});
    return await playInContainers(emulator, production);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playInContainers(emulator: Emulator, production: Production): Promise<Produced> {
  const relay = await openRelay(Number(new URL(emulator.proxyUrl).port));
  const path = [...(production.path ?? []), containerCommands];
  try {
    return await playOn(
      emulator,
      { ...production, path },
      {
        agent: { containerEngine },
        environment: containerEnvironment(relay.port),
      },
    );
  } finally {
    await relay.close();
  }
}

async function playOn(
  emulator: Emulator,
  production: Production,
  stageOptions: StageOptions,
): Promise<Produced> {
  const { connections, connectionType = 'AzureRM', subscriptions = {} } = production;
  const { lives, deploymentSeconds, path = [], variables } = production;
  await emulator.createContainer('tfstate');
  // Whatever is given for an ID token lives as long, wherever it is given.
  Object.assign(emulator.lifetimes, lives, { cloudSessionSeconds: lives.accessTokenSeconds });
  Object.assign(emulator.deployments, {
    durationMs: deploymentSeconds * 1000,
    retryAfterSeconds: 1,
  });
  const searched = [...path, process.env['PATH'] ?? ''].join(delimiter);
  const environment = { ...stageOptions.environment, PATH: searched };
  const stage = new Stage(emulator, { ...stageOptions, environment });
  try {
    const known = connections.map((name) => {
      const subscriptionId = subscriptions[name];
      return emulator.addServiceConnection({
        ...{ name, issuer: 'entra', type: connectionType },
        ...(subscriptionId === undefined ? {} : { subscriptionId }),
      });
    });
    const play = await stage.play({
      allow: production.allow ?? [],
      ...(production.profile === undefined ? {} : { profile: production.profile }),
      pipeline: join(repository, production.pipeline),
      sources: production.sources ?? programs,
      connections: known,
      variables: (typeof variables === 'function' ? variables(emulator, known) : variables) ?? {},
    });
    const names = new Map(known.map(({ id, name }) => [id, name]));
    return { ...play, names, credentials: emulator.issued.length };
  } finally {
    stage.close();
  }
}
