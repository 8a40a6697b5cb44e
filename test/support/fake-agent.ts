import { type PipelineAgent, type PresentVariable } from '../../src/agent/pipeline-agent.ts';
import type { VariableChange } from '../../src/agent/variable-change.ts';
import type { JobVariables } from '../../src/id-token/job.ts';
import type { NetworkSettings } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import type { RawEndpoint } from '../../src/service-connection/service-connection.ts';
import { anAzureDevOpsEndpoint, anEndpoint, ids, jobVariables } from './builders.ts';

export interface AgentSettings {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly endpoints?: readonly RawEndpoint[];
  readonly jobVariables?: JobVariables;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly presentVariables?: readonly PresentVariable[];
  readonly network?: NetworkSettings;
  readonly tempDirectory?: string;
  readonly isMicrosoftHosted?: boolean;
  readonly workerPid?: number;
  readonly taskVariables?: Readonly<Record<string, string>>;
}

/** The agent of one step: keeps what it is given, in the order in which it came. */
export class FakeAgent implements PipelineAgent {
  readonly jobVariables: JobVariables;
  readonly tempDirectory: string;
  readonly network: NetworkSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isMicrosoftHosted: boolean;
  readonly workerPid: number | undefined;

  readonly masks: string[] = [];
  /** What was masked and set, by name, in the order in which it came. */
  readonly order: string[] = [];
  readonly changes: VariableChange[] = [];
  /** What is shown of them: asterisks for a secret one. */
  readonly outputs: Record<string, string> = {};
  readonly said: string[] = [];
  readonly warned: string[] = [];
  readonly debugged: string[] = [];
  readonly summaries: Record<string, string> = {};
  readonly attachments: { readonly type: string; readonly name: string; readonly text: string }[] =
    [];
  readonly taskVariables: Record<string, string>;
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings = {}) {
    this.#settings = settings;
    this.jobVariables = settings.jobVariables ?? jobVariables();
    this.tempDirectory = settings.tempDirectory ?? '/agent/_temp';
    this.network = settings.network ?? {};
    this.environment = settings.environment ?? {};
    this.isMicrosoftHosted = settings.isMicrosoftHosted ?? false;
    this.workerPid = settings.workerPid;
    this.taskVariables = { ...settings.taskVariables };
  }

  readonly input = (name: string): string =>
    ({ azureSubscription: ids.connection, ...this.#settings.inputs })[name]?.trim() ?? '';

  readonly endpoint = (id: string): RawEndpoint | undefined =>
    (this.#settings.endpoints ?? [anEndpoint(), anAzureDevOpsEndpoint()]).find(
      (endpoint) => endpoint.id === id,
    );

  readonly presentVariables = (): readonly PresentVariable[] =>
    this.#settings.presentVariables ?? [];

  readonly secrets = (): readonly Secret[] => this.masks.map((text) => new Secret(text));

  readonly mask = (value: Secret): void => {
    this.masks.push(value.reveal());
    this.order.push('mask');
  };

  /** As the agent does, refuses a secret of several lines; and a capability that is not masked. */
  readonly setVariable = (change: VariableChange): void => {
    if (change.kind !== 'plain') {
      const text = change.value.reveal();
      if (text.includes('\n')) throw new Error('Secrets cannot contain multiple lines');
      if (!this.masks.includes(text)) throw new Error(`${change.name} is set before it is masked`);
    }
    this.changes.push(change);
    this.order.push(change.name);
  };

  readonly setOutput = (name: string, value: string | Secret): void => {
    if (value instanceof Secret && !this.masks.includes(value.reveal())) {
      throw new Error(`${name} is set before it is masked`);
    }
    this.outputs[name] = value.toString();
  };

  readonly remember = (name: string, value: string): void => {
    this.taskVariables[name] = value;
  };

  readonly recall = (name: string): string | undefined => {
    const value = this.taskVariables[name];
    return value === '' ? undefined : value;
  };

  readonly showGuide = (guide: string): void => {
    if (!this.said.includes(guide)) this.said.push(guide);
  };

  readonly say = (line: string): void => {
    this.said.push(line);
  };

  readonly warn = (line: string): void => {
    this.warned.push(line);
  };

  readonly debug = (line: string): void => {
    this.debugged.push(line);
  };

  readonly attachSummary = (name: string, markdown: string): Promise<void> => {
    this.summaries[name] = markdown;
    return Promise.resolve();
  };

  readonly attach = (type: string, name: string, text: string): Promise<void> => {
    this.attachments.push({ type, name, text });
    return Promise.resolve();
  };

  /** The variables that later steps see, by name, secrets among them as `***`. */
  get variables(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.changes.map(({ name, value }) => [name, String(value)]));
  }

  /** Everything that stands in the log. */
  get log(): string {
    return [...this.said, ...this.warned].join('\n');
  }
}
