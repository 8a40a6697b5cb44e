import type { Subscription } from '../../src/access-token/subscriptions.ts';
import type { PresentVariable } from '../../src/agent/pipeline-agent.ts';
import type { MachineFolders, ToolOutcome } from '../../src/ports.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';
import type { Session } from '../../src/session/session.ts';
import type { AzureCliSession } from '../../src/tools/sign-in-tool.ts';
import type { ToolChoice } from '../../src/tools/tool-choice.ts';
import { findTools, signInTools } from '../../src/tools/tools.ts';
import {
  aJob,
  aServiceConnection,
  anAccessToken,
  anIdToken,
  ids,
  someEndpoints,
} from './builders.ts';
import { FakeAgent } from './fake-agent.ts';
import { foldersOver } from './fake-folders.ts';
import { FakeMachineFolders } from './fake-machine-folders.ts';
import { FakeTools } from './fake-tools.ts';
import { FakeFiles, ImpatientClock } from './fakes.ts';
import { azureCliPackage, InstalledTree, pipScript } from './installed-tree.ts';

const root = '/agent/_temp/workload-identity';
export const directory = `${root}/connection`;
export const profile = `${root}/azure-AzureCloud`;
/** Where az signs itself in. */
export const ownProfile = `${directory}/azure-AzureCloud`;
/** What `az login` prints. */
export const accounts = (
  ...list: readonly [id: string, isDefault: boolean][]
): Partial<ToolOutcome> => ({
  output: JSON.stringify(list.map(([id, isDefault]) => ({ id, isDefault }))),
});
export const signedIn = accounts([ids.subscription, true]);

/** What is there, and what is wanted. */
export interface ToolScene {
  readonly programs: readonly string[];
  readonly reply?: FakeTools['reply'];
  readonly choice?: ToolChoice;
  readonly byBroker?: boolean;
  readonly connection?: ServiceConnection;
  readonly environment?: Readonly<Record<string, string>>;
  /** Those of the job among them, and secret ones. */
  readonly variables?: readonly PresentVariable[];
  readonly tokenFile?: string;
  readonly azureCliSession?: AzureCliSession;
  /** What lies on the machine. */
  readonly folders?: readonly string[];
  readonly isMicrosoftHosted?: boolean;
  /** Of an Azure CLI that pip has installed; where absent, there is none whose version can be read. */
  readonly azureCliVersion?: string;
  readonly subscriptions?: readonly Subscription[];
}

/** A subscription as Resource Manager lists it. */
export function aListedSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: ids.subscription,
    name: 'Shop',
    state: 'Enabled',
    homeTenantId: ids.tenant,
    managedByTenants: [],
    ...changes,
  };
}

/** A machine on which pip has installed a version of Azure CLI, behind `/bin/az`. */
function withAzureCli(version: string): InstalledTree {
  const tree = new InstalledTree()
    .add('/bin/az', pipScript('/venv/bin/python3'))
    .add('/venv/pyvenv.cfg');
  azureCliPackage(tree, '/venv/lib/python3.12/site-packages', version);
  return tree;
}

/** A machine on which PowerShell seems to have its module. */
export const withModule = {
  folders: ['/usr/local/share/powershell/Modules/Az.Accounts'],
} as const;

/** A step that signs tools in, with a session that is there already. */
export class ToolStage {
  readonly files = new FakeFiles();
  readonly tools: FakeTools;
  readonly folders: MachineFolders;
  readonly clock = new ImpatientClock();
  readonly shared = foldersOver(this.files);
  readonly agent: FakeAgent;
  /** What came of {@link signIn}. */
  prefersTokenFile = false;
  readonly #scene: ToolScene;

  constructor(scene: ToolScene) {
    this.#scene = scene;
    this.tools = new FakeTools(scene.programs, scene.reply ?? (() => signedIn));
    this.folders =
      scene.azureCliVersion === undefined
        ? new FakeMachineFolders(scene.folders)
        : withAzureCli(scene.azureCliVersion);
    this.agent = new FakeAgent({
      environment: { HOME: '/home/me', ...scene.environment },
      isMicrosoftHosted: scene.isMicrosoftHosted ?? false,
      presentVariables: scene.variables ?? [],
    });
    this.files.directories.add(root).add(directory);
  }

  async signIn(): Promise<Record<string, string>> {
    const { choice = 'auto', connection = aServiceConnection(), byBroker = true } = this.#scene;
    const { tokenFile = `${directory}/id-token`, azureCliSession = 'servicePrincipal' } =
      this.#scene;
    const session: Session = {
      idToken: anIdToken(),
      tokenFile,
      accessToken: () => Promise.resolve(anAccessToken()),
      undo: () => Promise.resolve(),
      ...(byBroker ? { endpoints: someEndpoints() } : {}),
    };
    const { subscriptions = [aListedSubscription()] } = this.#scene;
    await this.files.replace(`${directory}/id-token`, 'the-id-token');
    const { tools, folders } = this;
    const { environment } = this.agent;
    const machine = { tools, folders, environment, variables: this.agent.presentVariables() };
    const found = await findTools(choice, connection, machine);
    const whom = { connection, session, job: aJob(), azureCliSession, subscriptions };
    const { variables, prefersTokenFile } = await signInTools(found, whom, this);
    this.prefersTokenFile = prefersTokenFile;
    return Object.fromEntries(
      variables.map(({ name, value }) => [
        name,
        typeof value === 'string' ? value : value.reveal(),
      ]),
    );
  }
}

/** What later steps need to reach the broker. */
export const brokerVariables = {
  IDENTITY_ENDPOINT: someEndpoints().managedIdentityUrl,
  IDENTITY_HEADER: 'the-managed-identity-capability',
};
