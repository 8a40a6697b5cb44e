import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A parsed node of YAML whose scalars are all text, as the server reads them. */
export type Node = string | readonly Node[] | { readonly [key: string]: Node };

/** A map of YAML. */
export type NodeMap = Readonly<Record<string, Node>>;

/** A container that a pipeline names in its resources. */
export interface ContainerResource {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

/** The one job of a pipeline that is to run. */
export interface PipelineJob {
  readonly name: string;
  readonly displayName: string;
  readonly environment: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly steps: readonly NodeMap[];
  /** The container that the steps run in unless they say otherwise; empty for a job on the host. */
  readonly container: string;
  readonly containers: readonly ContainerResource[];
}

/** Reads a pipeline and takes a job out of it, the first where no name is given. */
export function readPipeline(pipeline: string | object, jobName?: string): PipelineJob {
  const root = asMap(substitute(normalise(load(pipeline))));
  const containers = containerResources(root);
  const jobs = allJobs(root, {}).map((job) => ({ ...job, containers }));
  const job = jobName === undefined ? jobs[0] : jobs.find(({ name }) => name === jobName);
  if (job === undefined) throw new Error(`The pipeline has no job ${jobName ?? 'at all'}.`);
  return job;
}

function load(pipeline: string | object): unknown {
  if (typeof pipeline === 'object') return pipeline;
  const isPath = !pipeline.includes('\n') && existsSync(pipeline);
  return parse(isPath ? readFileSync(pipeline, 'utf8') : pipeline, { schema: 'failsafe' });
}

function normalise(value: unknown): Node {
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalise(item)]));
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : '';
}

/** Fills in `${{ parameters.x }}` from the parameters' defaults; no other template is known. */
function substitute(root: Node): Node {
  const parameters = new Map(
    asList(asMap(root)['parameters']).map((item) => {
      const { name = '', default: value = '' } = asMap(item);
      return [asText(name), asText(value)];
    }),
  );
  const walk = (node: Node): Node => {
    if (typeof node === 'string') {
      return node.replace(
        /\$\{\{\s*parameters\.(\w+)\s*\}\}/g,
        (whole, name: string) => parameters.get(name) ?? whole,
      );
    }
    if (isList(node)) return node.map(walk);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  return walk(root);
}

function containerResources(root: NodeMap): ContainerResource[] {
  return asList(asMap(root['resources'])['containers'])
    .map(asMap)
    .map(({ container, image, env, volumes }) => ({
      name: asText(container),
      image: asText(image),
      env: asTexts(env),
      volumes: asList(volumes).map(asText),
    }));
}

function allJobs(
  node: NodeMap,
  inherited: Readonly<Record<string, string>>,
): Omit<PipelineJob, 'containers'>[] {
  const variables = { ...inherited, ...readVariables(node['variables']) };
  const children = [...asList(node['stages']), ...asList(node['jobs'])];
  if (children.length > 0) return children.flatMap((child) => allJobs(asMap(child), variables));
  const name = asText(node['job'] ?? node['deployment'] ?? 'Job');
  return [
    {
      name,
      displayName: asText(node['displayName'] ?? name),
      environment: environmentName(node['environment']),
      variables,
      steps: asList(node['steps'] ?? deploymentSteps(node)).map(asMap),
      container: asText(node['container']),
    },
  ];
}

function deploymentSteps(node: NodeMap): Node | undefined {
  const runOnce = asMap(asMap(node['strategy'])['runOnce']);
  return asMap(runOnce['deploy'])['steps'];
}

function environmentName(node: Node | undefined): string {
  if (node === undefined) return '';
  return typeof node === 'string' ? node : asText(asMap(node)['name']);
}

/** Both spellings: a map, or a list of `name`, `value`; groups and templates are left out. */
function readVariables(node: Node | undefined): Record<string, string> {
  if (node === undefined || typeof node === 'string') return {};
  const entries = isList(node)
    ? node.map(asMap).flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]]))
    : Object.entries(node);
  return Object.fromEntries(entries.map(([name, value]) => [asText(name), asText(value)]));
}

function isList(node: Node): node is readonly Node[] {
  return Array.isArray(node);
}

/** A map, or an empty one where the node is something else. */
export function asMap(node: Node | undefined): NodeMap {
  return node === undefined || typeof node === 'string' || isList(node) ? {} : node;
}

/** Text, or nothing where the node is something else. */
export function asText(node: Node | undefined): string {
  return typeof node === 'string' ? node : '';
}

/** A list, or an empty one where the node is something else. */
export function asList(node: Node | undefined): readonly Node[] {
  return node !== undefined && typeof node !== 'string' && isList(node) ? node : [];
}

/** A map of texts. */
export function asTexts(node: Node | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asMap(node)).map(([key, value]) => [key, asText(value)]),
  );
}
