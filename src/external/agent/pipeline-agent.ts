// First: the library must not write to the disk when it is loaded.
import './task-library.ts';
import {
  _knownVariableMap as knownVariables,
  _loadData as loadTaskData,
  _vault as vault,
} from 'azure-pipelines-task-lib/internal.js';
import * as taskLib from 'azure-pipelines-task-lib/task.js';
import { Vault } from 'azure-pipelines-task-lib/vault.js';
import { randomBytes } from 'node:crypto';
import { type PipelineAgent, type PresentVariable } from '../../agent/pipeline-agent.ts';
import {
  refuseReservedInput,
  refuseReservedVariables,
  refuseShadows,
} from '../../agent/reserved-variables.ts';
import { credentialGuide } from '../../delivery/credential-guide.ts';
import { isInContainer } from '../../delivery/files/state-directory.ts';
import { documents, whereToReadOn } from '../../documents.ts';
import { asFederationError, refusal, sentenceOf, shown } from '../../errors.ts';
import { requireTold } from '../../id-token/job.ts';
import { parsed } from '../../json-text.ts';
import { placeOf } from '../../place.ts';
import type { NetworkSettings } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import type { RawEndpoint } from '../../service-connection/service-connection.ts';
import { agentNetwork } from './agent-network.ts';
import { lowerCased, readVariables, variable } from './agent-variables.ts';
import { masks } from './masks.ts';
import { fileToUpload } from './uploads.ts';

const oldestNode = 20;

// What the library has left undone: the vault's key stays in memory.
const vaultKey = randomBytes(32);
Object.assign(Vault.prototype, { genKey: () => undefined, getKey: () => vaultKey });
loadTaskData();

/**
 * Runs a task's story and reports to the agent how it ended: one line for a failure, with its remedy
 * and code, and never a stack trace.
 */
export async function runTask(story: (agent: PipelineAgent) => Promise<void>): Promise<void> {
  try {
    requireNode(process.versions.node);
    await story(guarded(pipelineAgent()));
    taskLib.setResult(taskLib.TaskResult.Succeeded, '');
  } catch (error) {
    const failure = asFederationError(error);
    const { code, cure } = failure;
    showPlace(error);
    const pointer = cure === undefined ? '' : await showRemedyInFull(credentialGuide(cure));
    const readOn = `${pointer}${whereToReadOn(code, documents)}`;
    taskLib.setResult(taskLib.TaskResult.Failed, sentenceOf(failure, readOn));
  }
}

/**
 * Runs a clean-up. Its trouble is a warning, since no job should fail for it.
 */
export async function runCleanUp(story: (agent: PipelineAgent) => Promise<void>): Promise<void> {
  try {
    await story(pipelineAgent());
  } catch (error) {
    const failure = asFederationError(error);
    showPlace(error);
    taskLib.warning(sentenceOf(failure, whereToReadOn(failure.code, documents)));
  }
}

/** @throws {FederationError} where a variable of the job stands in the place of what the agent gives. */
function guarded(agent: PipelineAgent): PipelineAgent {
  // As the agent lists them: those of the environment of the machine are not among them.
  const names = Object.values(knownVariables).map(({ name }) => name);
  refuseReservedVariables(names);
  refuseShadows([...readVariables], names);
  const input: PipelineAgent['input'] = (name) => {
    refuseReservedInput(name, names);
    return agent.input(name);
  };
  return { ...agent, input };
}

function pipelineAgent(): PipelineAgent {
  const tempDirectory = tempFolder();
  return {
    input: (name) => (taskLib.getInput(name) ?? '').trim(),
    endpoint,
    jobVariables: {
      planId: variable('System.PlanId'),
      jobId: variable('System.JobId'),
      hostType: variable('System.HostType'),
      projectId: variable('System.TeamProjectId'),
      collectionUri:
        variable('System.CollectionUri') ?? variable('System.TeamFoundationCollectionUri'),
      oidcRequestUri: variable('System.OidcRequestUri'),
      serverUri: variable('System.TeamFoundationServerUri'),
      jobAccessToken: jobAccessToken(),
    },
    tempDirectory,
    network: networkSettings(),
    isMicrosoftHosted: variable('Agent.IsSelfHosted') === '0',
    environment: process.env,
    presentVariables,
    // In a container the parent is a helper that goes when the step ends; its paths show it.
    workerPid: isInContainer(tempDirectory) ? undefined : process.ppid,
    ...masks(givenSecrets, (text) => taskLib.setSecret(text)),
    setVariable: (change) => {
      const { name, kind, value } = change;
      taskLib.command(
        'task.setvariable',
        {
          variable: name,
          issecret: String(kind === 'secret'),
          ...(kind !== 'secret' && change.exactCase === true ? { preservecase: 'true' } : {}),
        },
        value instanceof Secret ? value.reveal() : value,
      );
    },
    setOutput: (name, value) => {
      const issecret = String(value instanceof Secret);
      taskLib.command(
        'task.setvariable',
        { variable: name, isoutput: 'true', issecret },
        value instanceof Secret ? value.reveal() : value,
      );
    },
    remember: (name, value) => taskLib.setTaskVariable(name, value),
    recall: (name) => {
      const value = taskLib.getTaskVariable(name);
      return value === '' ? undefined : value;
    },
    say: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => taskLib.warning(line),
    debug: (line) => taskLib.debug(line),
    showGuide,
    attachSummary: (name, markdown) => attachSummary(tempDirectory, name, markdown),
    attach: async (type, name, text) => {
      const file = await fileToUpload(tempDirectory, `${name}-%.json`, text);
      taskLib.addAttachment(type, name, file);
    },
  };
}

/** Without it files with tokens would lie wherever the step works, among the sources. */
function tempFolder(): string {
  return requireTold(variable('Agent.TempDirectory'), 'Agent.TempDirectory');
}

function networkSettings(): NetworkSettings {
  const password = vault.retrieveSecret('SECRET_AGENT_PROXYPASSWORD');
  return agentNetwork(password === '' ? undefined : password);
}

/** The secret variables of the job, its access token, and the password of the agent's proxy. */
function givenSecrets(): readonly (string | undefined)[] {
  const names = Object.keys(knownVariables);
  const variables = names.map((name) => vault.retrieveSecret(`SECRET_${name}`));
  return [...variables, jobAccessToken()?.reveal(), networkSettings().proxy?.password?.reveal()];
}

function jobAccessToken(): Secret | undefined {
  const { parameters } = authorization('SYSTEMVSSCONNECTION');
  const token = parameters['accesstoken'];
  return token === undefined ? undefined : new Secret(token);
}

function endpoint(id: string): RawEndpoint | undefined {
  const key = id.toLowerCase();
  const { scheme, parameters } = authorization(key);
  if (scheme === undefined) return undefined;
  return {
    id: key,
    step: variable('System.TaskDisplayName'),
    url: process.env[`ENDPOINT_URL_${key}`],
    scheme,
    parameters,
    data: lowerCased(parsed(process.env[`ENDPOINT_DATA_${key}`] ?? '')),
  };
}

/** As a whole: the library writes single parameters to the debug log when it is asked for them. */
function authorization(id: string): { scheme?: string; parameters: Record<string, string> } {
  const found = taskLib.getEndpointAuthorization(id, true);
  if (found === undefined) return { parameters: {} };
  return { scheme: found.scheme, parameters: lowerCased(found.parameters) };
}

/** Secret variables are in the library's vault; that they are there is all that is asked. */
function presentVariables(): readonly PresentVariable[] {
  const known = Object.entries(knownVariables);
  const ofJob = new Set(known.filter(([, { secret }]) => !secret).map(([name]) => name));
  const environment = Object.entries(process.env).map(([name, value]): PresentVariable => ({
    name,
    isEmpty: value === undefined || value === '',
    source: ofJob.has(name.toUpperCase()) ? 'job' : 'environment',
  }));
  const secrets = known
    .filter(([, { secret }]) => secret)
    .map(([key, { name }]): PresentVariable => ({
      name,
      isEmpty: !vault.retrieveSecret(`SECRET_${key}`),
      source: 'secret',
    }));
  return [...environment, ...secrets];
}

async function attachSummary(directory: string, name: string, markdown: string): Promise<void> {
  taskLib.uploadSummary(await fileToUpload(directory, `${name}-%.md`, markdown));
}

/** Those that the log has already. */
const shownGuides = new Set<string>();

function showGuide(guide: string): void {
  if (shownGuides.has(guide)) return;
  shownGuides.add(guide);
  for (const line of guide.split('\n')) process.stdout.write(`${shown(line)}\n`);
}

/**
 * Shows a remedy in full, in the log and as a run summary, where nothing is masked.
 * @returns a sentence that says where it stands.
 */
async function showRemedyInFull(guide: string): Promise<string> {
  showGuide(guide);
  const summary = attachSummary(tempFolder(), 'workload-identity', guide);
  return summary.then(
    () => ' The log above and the summary of this run (tab Extensions) have it ready to paste.',
    () => ' The log above has it ready to paste.',
  );
}

/**
 * Where it happened, without the text of the error, which may quote what nobody may see: always for
 * what nobody foresaw, and with System.Debug for every failure.
 */
function showPlace(error: unknown): void {
  const { place } = asFederationError(error);
  for (const line of place ?? []) process.stdout.write(`  ${line}\n`);
  if (place === undefined) for (const line of placeOf(error)) taskLib.debug(line);
}

function requireNode(version: string): void {
  if (Number(version.split('.')[0]) >= oldestNode) return;
  throw refusal(
    'AGENT_TOO_OLD',
    `The agent runs this task with Node ${version}, which is too old.`,
    `Update the agent, or give the container image a Node of version ${oldestNode} or newer.`,
  );
}
