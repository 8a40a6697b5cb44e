import { existsSync, readFileSync } from 'node:fs';
import { EOL } from 'node:os';
import { basename } from 'node:path';
import { hostPath } from './container.ts';
import type { Endpoint, TaskResult } from './contract.ts';
import { systemConnection } from './endpoint-variables.ts';
import { maySetVariable } from './restrictions.ts';
import type { StepContext } from './step-context.ts';
import { type VsoCommand, escapeVso } from './vso-command.ts';

type Handle = (command: VsoCommand, context: StepContext) => void;

const ignored: Handle = () => undefined;

/** The commands of the `task` area, by event; a handler that throws fails the step. */
export const taskCommands: Readonly<Partial<Record<string, Handle>>> = {
  setvariable: setVariable,
  settaskvariable: setTaskVariable,
  setsecret: ({ data }, { job }) => job.masker.add(data),
  setendpoint: setEndpoint,
  prependpath: prependPath,
  complete,
  logissue: logIssue,
  issue: logIssue,
  debug: ({ data }, context) => context.debug(data),
  uploadsummary: ({ data }, { job }) =>
    void job.summaries.push(fileText(data, job.message.folders)),
  uploadfile: ({ data }, { job }) => {
    const text = fileText(data, job.message.folders);
    job.attachments.push({
      type: 'DistributedTask.Core.FileAttachment',
      name: basename(data),
      text,
    });
  },
  addattachment: addAttachment,
  setprogress: ignored,
  logdetail: ignored,
};

function setVariable({ properties, data }: VsoCommand, context: StepContext): void {
  const { job, step } = context;
  const name = requireProperty(properties, 'variable');
  const secret = isTrue(properties.get('issecret'));
  if (secret) refuseMultiline(data, context);
  // The agent looks at the plain name, also for an output.
  if (job.variables.isReadOnly(name)) refuseReadOnly(name, context);
  if (secret && data !== '') job.masker.add(escapeVso(data));
  if (!settable(name, context)) return;
  const options = {
    secret,
    readOnly: isTrue(properties.get('isreadonly')),
    preserveCase: isTrue(properties.get('preservecase')),
  };
  if (!isTrue(properties.get('isoutput')) && !isDeclaredOutput(name, context)) {
    job.variables.set(name, data, options);
    return;
  }
  const full = `${step.name}.${name}`;
  job.variables.set(full, data, { ...options, readOnly: true });
  job.outputs.set(full, { value: data, secret });
}

function setTaskVariable({ properties, data }: VsoCommand, context: StepContext): void {
  const name = requireProperty(properties, 'variable');
  const secret = isTrue(properties.get('issecret'));
  if (secret) refuseMultiline(data, context);
  if (context.taskVariables.isReadOnly(name)) refuseReadOnly(name, context);
  context.taskVariables.set(name, data, {
    secret,
    readOnly: isTrue(properties.get('isreadonly')),
    preserveCase: isTrue(properties.get('preservecase')),
  });
}

function setEndpoint({ properties, data }: VsoCommand, { job }: StepContext): void {
  const id = requireProperty(properties, 'id').toLowerCase();
  const field = requireProperty(properties, 'field').toLowerCase();
  const endpoint = job.endpoints.get(id);
  if (endpoint === undefined || endpoint.name === systemConnection) {
    throw new Error(`Endpoint '${id}' cannot be set.`);
  }
  if (data === '') throw new Error('A value is required in ##vso[task.setendpoint] command.');
  if (field === 'authparameter') job.masker.add(data);
  job.endpoints.set(id, changed(endpoint, field, properties, data));
}

function changed(
  endpoint: Endpoint,
  field: string,
  properties: VsoCommand['properties'],
  value: string,
): Endpoint {
  if (field === 'url') return { ...endpoint, url: new URL(value).href };
  const key = requireProperty(properties, 'key');
  if (field === 'dataparameter') return { ...endpoint, data: { ...endpoint.data, [key]: value } };
  if (field !== 'authparameter') throw new Error(`Field '${field}' of an endpoint cannot be set.`);
  const { scheme, parameters } = endpoint.authorization;
  return { ...endpoint, authorization: { scheme, parameters: { ...parameters, [key]: value } } };
}

function prependPath({ data }: VsoCommand, context: StepContext): void {
  if (data === '') throw new Error('A path is required in ##vso[task.prependpath] command.');
  if (!settable('PATH', context)) return;
  const { prependedPath } = context.job;
  const before = prependedPath.indexOf(data);
  if (before >= 0) prependedPath.splice(before, 1);
  prependedPath.push(data);
}

const results: readonly TaskResult[] = [
  'Succeeded',
  'SucceededWithIssues',
  'Failed',
  'Canceled',
  'Skipped',
];

function complete({ properties, data }: VsoCommand, context: StepContext): void {
  const wanted = (properties.get('result') ?? '').toLowerCase();
  const result = results.find((name) => name.toLowerCase() === wanted);
  if (result === undefined) throw new Error('Command does not have a valid result value.');
  context.complete(result);
  if (data !== '') context.debug(`task result: ${result} ${data}`);
  if (isTrue(properties.get('done'))) context.markDone();
}

function logIssue({ properties, data }: VsoCommand, context: StepContext): void {
  const type = (properties.get('type') ?? '').toLowerCase();
  if (type !== 'error' && type !== 'warning') {
    throw new Error(`${type} is not a valid issue type; it must be error or warning.`);
  }
  context[type](data);
}

/** The file is uploaded later: it must still be there when the job ends. */
function addAttachment({ properties, data }: VsoCommand, { job }: StepContext): void {
  const type = fileNamePart(properties, 'type');
  const name = fileNamePart(properties, 'name');
  const path = hostPath(data, job.message.folders);
  if (!existsSync(path))
    throw new Error(`Cannot upload task attachment file, ${path} does not exist.`);
  // The record of a post-job step has a name of its own.
  const step = job.variables.get('system.taskDisplayName') ?? '';
  job.toUpload.push({ type, name, step, path });
}

/** Types and names become parts of an address, with the rule of the system for file names. */
function fileNamePart(properties: VsoCommand['properties'], field: string): string {
  const value = requireProperty(properties, field);
  const forbidden = process.platform === 'win32' ? /[<>:"/\\|?*\0]/ : /[/\0]/;
  if (value === '' || forbidden.test(value))
    throw new Error(`${value} contains invalid characters for task attachment ${field}.`);
  return value;
}

function fileText(path: string, folders: Parameters<typeof hostPath>[1]): string {
  return readFileSync(hostPath(path, folders), 'utf8');
}

function settable(name: string, context: StepContext): boolean {
  if (maySetVariable(name, context.restrictions)) return true;
  context.warning(`Setting variable '${name}' has been disabled by the task or build definition.`);
  return false;
}

function isDeclaredOutput(name: string, { step }: StepContext): boolean {
  if (step.kind !== 'task') return false;
  const declared = step.definition.outputVariables ?? [];
  return declared.some((output) => output.name.toLowerCase() === name.toLowerCase());
}

function refuseMultiline(data: string, { job }: StepContext): void {
  const allowed = job.variables.get('SYSTEM_UNSAFEALLOWMULTILINESECRET')?.toLowerCase() === 'true';
  // The agent looks for the line end of its system: a lone LF passes on Windows.
  if (data.includes(EOL) && !allowed) throw new Error('Secrets cannot contain multiple lines');
}

function refuseReadOnly(name: string, context: StepContext): void {
  if (!isTrue(context.job.variables.get('agent.readOnlyVariables'))) {
    context.warning(`Overwriting readonly variable '${name}'. This behavior will be disabled.`);
    return;
  }
  throw new Error(`Overwriting readonly variable '${name}' is not permitted.`);
}

function requireProperty(properties: VsoCommand['properties'], name: string): string {
  const value = properties.get(name);
  if (value === undefined) throw new Error(`Required field '${name}' is missing in the command.`);
  return value;
}

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'true';
}
