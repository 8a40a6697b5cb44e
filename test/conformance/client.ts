import type { Profile } from '../harness/agent/contract.ts';
import type { RouteName } from '../harness/emulator/journal.ts';
import type { ConnectionType } from '../harness/emulator/service-connections.ts';
import type { Allowance } from '../harness/leaks/leak-detector.ts';
import type { Lives, Mechanism } from './evidence.ts';
import type { VariablesOf } from './play.ts';

/** A real, unmodified client, the job that it runs in, and what is expected of it. */
export interface Client {
  readonly name: string;
  readonly how: string;
  readonly version: string;
  /** A file of `pipelines/`, with its variables. */
  readonly pipeline: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly mechanism: Mechanism;
  /** What grants its requests: the proof that its tokens are good. */
  readonly proof: RouteName;
  /** Where it exchanges the ID token: at Entra, unless this names another cloud's service. */
  readonly exchange?: RouteName;
  /** Sets up what has to trust its connection, and returns variables that name it. */
  readonly setUp?: VariablesOf;
  readonly lives?: Lives;
  /** A folder that goes before all others on the agent's PATH. */
  readonly path?: string;
  /** Fails once its token is over, and rightly so. */
  readonly expires?: true;
  /** The name of its only connection; `production` where neither this nor `audiences` says more. */
  readonly connection?: string;
  /** The audience that each connection, by its name, must have got tokens for, and no other. */
  readonly audiences?: Readonly<Record<string, string>>;
  readonly allow?: readonly Allowance[];
  /** Its job starts containers, so it is left out where there is no engine for them. */
  readonly inContainers?: true;
  readonly profile?: Profile;
  /** The type of its connections; to Azure where this says nothing. */
  readonly connectionType?: ConnectionType;
}
