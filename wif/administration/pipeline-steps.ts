import { child, isExpression, isTemplateKey, textAt, type YamlNode } from './pipeline-tree.ts';

/** A step of a job, as far as its YAML says. */
export interface Step {
  readonly line: number;
  /** `AzureCLI@2`, or the word of a script step: `bash`, `script`, `pwsh`, `powershell`. */
  readonly task: string;
  readonly title: string;
  readonly inputs: YamlNode | undefined;
  /** Variables that the step maps. */
  readonly env: YamlNode | undefined;
  /** The text of an inline script; undefined where there is none. */
  readonly script: { readonly text: string; readonly line: number } | undefined;
  /** A script file of the repository, as it is written. */
  readonly file: string | undefined;
  /** Name of the service connection, as it is written. */
  readonly connection: string | undefined;
}

/** A template that stands in place of steps, jobs or stages. */
export interface TemplateUse {
  readonly line: number;
  readonly path: string;
}

/** A variable that a pipeline, a stage or a job has. */
export interface VariableUse {
  readonly line: number;
  /** Name of the job or stage, or `the pipeline`. */
  readonly job: string;
  readonly name: string;
  readonly value: string;
}

/** A job with its steps in their order; templates among them in place. */
export interface Job {
  readonly name: string;
  readonly parts: readonly (Step | TemplateUse)[];
}

const scriptWords = ['script', 'bash', 'pwsh', 'powershell'] as const;

const devopsConnectionInput = 'azureDevOpsServiceConnection';

const connectionInputs = [
  'azureSubscription',
  'connectedServiceNameARM',
  'ConnectedServiceName',
  'serviceConnection',
  'azureResourceManagerConnection',
  'backendServiceArm',
  'environmentServiceNameAzureRM',
  'azureSubscriptionEndpoint',
  devopsConnectionInput,
  'workloadIdentityServiceConnection',
] as const;

const scriptInputs = ['inlineScript', 'Inline', 'script'] as const;
const fileInputs = ['scriptPath', 'filePath', 'ScriptPath'] as const;

/** The jobs of a document, and what it takes from templates outside of them. */
export function jobsOf(document: YamlNode): {
  readonly jobs: readonly Job[];
  readonly templates: readonly TemplateUse[];
  readonly variables: readonly VariableUse[];
} {
  const found: Found = { jobs: [], templates: [], variables: [] };
  collect(document, 'the pipeline', found);
  return found;
}

interface Found {
  readonly jobs: Job[];
  readonly templates: TemplateUse[];
  readonly variables: VariableUse[];
}

function collect(node: YamlNode, name: string, found: Found): void {
  if (node.kind === 'text') return;
  if (node.kind === 'list') {
    for (const item of node.items) collect(item, name, found);
    return;
  }
  const template = textAt(node, 'template');
  if (template !== undefined) found.templates.push({ line: node.line, path: template });
  const own = textAt(node, 'job') ?? textAt(node, 'deployment') ?? textAt(node, 'stage') ?? name;
  for (const { key, value } of node.entries) {
    if (key.toLowerCase() === 'steps') found.jobs.push({ name: own, parts: partsOf(value) });
    else if (key.toLowerCase() === 'variables') found.variables.push(...variablesOf(value, own));
    else if (isStructure(key)) collect(value, own, found);
  }
}

/** Names with their values, or a list of entries with a name and a value each. */
function variablesOf(node: YamlNode, job: string): readonly VariableUse[] {
  if (node.kind === 'text') return [];
  if (node.kind === 'list') return node.items.flatMap((item) => variablesOf(item, job));
  const name = textAt(node, 'name');
  const value = textAt(node, 'value');
  if (name !== undefined && value !== undefined) return [{ line: node.line, job, name, value }];
  return node.entries.flatMap(({ key, value: of }) => {
    if (isTemplateKey(key)) return variablesOf(of, job);
    return of.kind === 'text' ? [{ line: of.line, job, name: key, value: of.text }] : [];
  });
}

/** The keys below which stages, jobs and steps stand; variables and parameters are none of them. */
function isStructure(key: string): boolean {
  const known =
    /^(stages|jobs|extends|strategy|runOnce|rolling|canary|preDeploy|deploy|routeTraffic|postRouteTraffic|on|success|failure)$/i;
  return known.test(key) || isTemplateKey(key);
}

function partsOf(steps: YamlNode): readonly (Step | TemplateUse)[] {
  if (steps.kind === 'list') return steps.items.flatMap(partsOf);
  if (steps.kind === 'text') return [];
  const inside = steps.entries.filter(({ key }) => isTemplateKey(key));
  if (inside.length > 0) return inside.flatMap(({ value }) => partsOf(value));
  const template = textAt(steps, 'template');
  if (template !== undefined) return [{ line: steps.line, path: template }];
  const step = stepOf(steps);
  return step === undefined ? [] : [step];
}

function stepOf(node: YamlNode): Step | undefined {
  const title = textAt(node, 'displayName');
  const env = child(node, 'env');
  const word = scriptWords.find((one) => child(node, one) !== undefined);
  if (word !== undefined) {
    const script = scriptOf(child(node, word));
    const about = { inputs: undefined, env, file: undefined, connection: undefined };
    return { line: node.line, task: word, title: title ?? word, script, ...about };
  }
  const task = textAt(node, 'task');
  if (task === undefined) return undefined;
  const inputs = child(node, 'inputs');
  const first = (names: readonly string[]): string | undefined =>
    names.map((one) => textAt(inputs, one)).find((text) => text !== undefined && text !== '');
  const inline = scriptInputs.map((one) => child(inputs, one)).find((one) => one !== undefined);
  const script = scriptOf(inline);
  return {
    line: node.line,
    task: task.split('.').at(-1) ?? task,
    title: title ?? task,
    inputs,
    env,
    script,
    file: script === undefined ? first(fileInputs) : undefined,
    connection: choosesAzureDevOps(inputs)
      ? textAt(inputs, devopsConnectionInput)
      : first(connectionInputs),
  };
}

/** The input that `connectionType` hides counts for nothing, though an editor may have kept it. */
function choosesAzureDevOps(inputs: YamlNode | undefined): boolean {
  return textAt(inputs, 'connectionType')?.toLowerCase() === 'azuredevops';
}

function scriptOf(node: YamlNode | undefined): Step['script'] {
  if (node?.kind !== 'text' || node.text === '') return undefined;
  return { text: node.text, line: node.isBlock ? node.line + 1 : node.line };
}

/** Whether a name of a task or connection is only known at run time. */
export function isUnknowable(text: string | undefined): boolean {
  return text !== undefined && isExpression(text);
}
