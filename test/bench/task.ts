import { join } from 'node:path';
import { stepEnvironment, type Connection } from './agent-step.ts';
import type { Command, Outcome } from './command.ts';
import type { NodeRelease } from './settings.ts';
import type { Azure, Unpacked } from './world.ts';

export type TaskName = 'FederatedLogin' | 'TerraformOidcEnv' | 'TokenRefresher';

export interface TaskRun {
  readonly task: TaskName;
  readonly connection: Connection;
  readonly inputs?: Readonly<Record<string, string>>;
  /** `Agent.TempDirectory`: one job for each. */
  readonly temp: string;
  /** Nothing is asked of Azure, so the step needs no authority of its own. */
  readonly staysLocal?: boolean;
}

/** Inputs that the agent adds when a pipeline does not name them: the defaults of the task. */
const defaults: Readonly<Record<TaskName, Readonly<Record<string, string>>>> = {
  FederatedLogin: {
    tools: 'auto',
    refresh: 'true',
    verify: 'true',
    subscriptionId: '',
    accessTokens: '',
    allowedTenantIds: '',
    allowedSubscriptionIds: '',
  },
  TerraformOidcEnv: { mode: 'broker', subscriptionId: '', tfVarPrefix: '' },
  TokenRefresher: { managedIdentity: 'false', subscriptionId: '', accessTokens: '' },
};

/** A step of a task, as the agent starts it. */
export function taskCommand(
  { task, connection, inputs, temp, staysLocal }: TaskRun,
  { path }: NodeRelease,
  { folder }: Unpacked,
  azure: Azure,
): Command {
  return {
    node: path,
    arguments: [join(folder, task, 'index.mjs')],
    environment: {
      ...stepEnvironment(temp, connection, { ...defaults[task], ...inputs }),
      ...(staysLocal === true ? {} : trusting(azure)),
    },
  };
}

/** The authority of the loopback servers; the yardsticks that use TLS have it too. */
export function trusting(azure: Azure): Record<string, string> {
  return { NODE_EXTRA_CA_CERTS: azure.authoritiesFile };
}

/** The value of a variable that a step exported. */
export function exported({ output }: Outcome, name: string): string {
  const line = new RegExp(`^##vso\\[task\\.setvariable variable=${name};[^\\]]*\\](.*)$`, 'm');
  const value = line.exec(output)?.[1];
  if (value === undefined) throw new Error(`The step did not export ${name}:\n${output}`);
  return value;
}
