import { ask, listOf, recordOf, textOf } from './answer.ts';
import type { Connection } from './connection.ts';
import { path, type Web } from './web.ts';

/** A pipeline, classic build or classic release. */
export interface Definition {
  readonly id: string;
  readonly name: string;
  /** Its project, where the history says it: that of a shared connection may be another. */
  readonly projectId: string | undefined;
}

/** A job that used a connection. */
export interface Execution {
  /** `Build` for pipelines and classic builds, `Release` for classic releases. */
  readonly planType: string;
  readonly definition: Definition | undefined;
  /** How long it took; undefined while it runs, or where Azure DevOps does not say. */
  readonly minutes: number | undefined;
}

/** What one pipeline or release did with a connection. */
export interface Usage {
  readonly planType: string;
  readonly definition: Definition;
  readonly jobs: number;
  /** Of the longest job that ended; undefined where none did. */
  readonly longestMinutes: number | undefined;
}

/** More records say little more of who uses it. */
const maxExecutions = 500;

/**
 * The latest jobs that used a connection. The route is a preview
 * (https://learn.microsoft.com/rest/api/azure/devops/serviceendpoint/executionhistory/list).
 */
export async function executionsOf(
  web: Web,
  { id, name, project }: Connection,
): Promise<readonly Execution[]> {
  const route = path`${project.id}/_apis/serviceendpoint/${id}/executionhistory`;
  const request = {
    method: 'GET',
    path: `${route}?top=${maxExecutions}&api-version=7.1-preview.1`,
  } as const;
  const purpose = {
    to: `read the history of the service connection "${name}"`,
    needs: 'the role User on the service connection',
  };
  return listOf(await ask(web, request, purpose)).map((value) => {
    const data = recordOf(recordOf(value)['data']);
    return {
      planType: textOf(data['planType']) ?? '',
      definition: definitionIn(data['definition']),
      minutes: minutesBetween(data['startTime'], data['finishTime']),
    };
  });
}

/** The pipelines and releases of a history, each with its longest job, the longest first. */
export function usagesOf(executions: readonly Execution[]): readonly Usage[] {
  const usages = new Map<string, Usage>();
  for (const { planType, definition, minutes } of executions) {
    if (definition === undefined) continue;
    const key = `${planType}/${definition.id}`;
    const { jobs = 0, longestMinutes } = usages.get(key) ?? {};
    const known = [longestMinutes, minutes].filter((one) => one !== undefined);
    const longest = known.length === 0 ? undefined : Math.max(...known);
    usages.set(key, { planType, definition, jobs: jobs + 1, longestMinutes: longest });
  }
  return [...usages.values()].sort(
    (one, other) => (other.longestMinutes ?? 0) - (one.longestMinutes ?? 0),
  );
}

function definitionIn(value: unknown): Definition | undefined {
  const { id, name, _links: links } = recordOf(value);
  if (typeof id !== 'number' && typeof id !== 'string') return undefined;
  const href = textOf(recordOf(recordOf(links)['self'])['href']) ?? '';
  const [, projectId] = /\/([0-9a-f-]{36})\/_apis\//i.exec(href) ?? [];
  return { id: String(id), name: textOf(name) ?? String(id), projectId };
}

function minutesBetween(start: unknown, finish: unknown): number | undefined {
  const ms = Date.parse(textOf(finish) ?? '') - Date.parse(textOf(start) ?? '');
  return Number.isNaN(ms) || ms < 0 ? undefined : ms / 60_000;
}
