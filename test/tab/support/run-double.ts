import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the page of a run gives a tab as its access token. */
export const pageToken = 'page-token-of-somebody-who-views-builds';

/** A job of the run, one attempt of it. */
export interface JobInRun {
  readonly name: string;
  readonly stage?: string;
  readonly attempt?: number;
  readonly state?: 'pending' | 'inProgress' | 'completed';
  readonly result?: string;
  /** IDs of the tasks of its steps. */
  readonly tasks?: readonly string[];
  /** Texts that its post-job step attached. */
  readonly attachments?: readonly string[];
  /** Jobs with the same are attempts of one. */
  readonly identifier?: string;
  /** Of this attempt; one of its own for each earlier attempt in any case. */
  readonly timelineId?: string;
  /** What else its records say, which the tab has no use for. */
  readonly others?: Readonly<Record<string, unknown>>;
}

interface RecordBody {
  readonly id: string;
  readonly type: string;
  readonly [name: string]: unknown;
}

interface Attached {
  readonly timelineId: string;
  readonly recordId: string;
  readonly name: string;
  readonly text: string;
}

/** Something else than the answer. */
export type Fault =
  | { readonly status?: number; readonly withoutCors?: boolean; readonly body?: string }
  | 'never answers';

/**
 * The REST API of Azure DevOps as far as it shows a run: timelines, with one of its own for each
 * earlier attempt, and attachments, which hang on the records of post-job steps.
 */
export class RunDouble {
  readonly build = 4711;
  readonly project = randomUUID();
  /** Paths and headers of the requests that came, in order. */
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[] = [];
  /** What happens to requests whose path fits, in place of an answer. */
  readonly faults: (readonly [RegExp, Fault])[] = [];
  readonly #timelines = new Map<string, RecordBody[]>([['current', []]]);
  readonly #attached: Attached[] = [];
  readonly #currentId = randomUUID();
  readonly #server: Server;

  constructor(jobs: readonly JobInRun[]) {
    for (const job of jobs) this.#add(job, jobs);
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Of the organization, as the location service tells it. */
  get root(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}/contoso/`;
  }

  #add(job: JobInRun, all: readonly JobInRun[]): void {
    const { attempt = 1, stage = '__default', identifier = job.name } = job;
    const later = all.some(
      (other) => (other.identifier ?? other.name) === identifier && (other.attempt ?? 1) > attempt,
    );
    const timelineId = job.timelineId ?? (later ? randomUUID() : this.#currentId);
    const records = later ? [] : (this.#timelines.get('current') ?? []);
    const earlier = [...this.#timelines].flatMap(([id, [first]]) =>
      id !== 'current' && first?.['identifier'] === identifier
        ? [{ attempt: 1, timelineId: id, recordId: first.id }]
        : [],
    );
    this.#timelines.set(timelineId, records);
    const [stageId, phaseId, jobId] = [randomUUID(), randomUUID(), randomUUID()];
    const { state = 'completed', result = 'succeeded' } = job;
    const outcome = {
      ...job.others,
      state,
      result: state === 'completed' ? result : null,
      attempt,
    };
    records.push(
      {
        id: jobId,
        parentId: phaseId,
        type: 'Job',
        name: job.name,
        identifier,
        previousAttempts: later ? [] : earlier,
        ...outcome,
      },
      { id: phaseId, parentId: stageId, type: 'Phase', name: job.name, ...outcome },
      { id: stageId, parentId: null, type: 'Stage', name: stage, ...outcome },
      ...(job.tasks ?? []).map((id) => ({
        id: randomUUID(),
        parentId: jobId,
        type: 'Task',
        name: 'FederatedLogin',
        task: { id, name: 'FederatedLogin', version: '1.0.0' },
        ...outcome,
      })),
    );
    for (const text of job.attachments ?? []) {
      // The record of a post-job step has a random ID, and names no task.
      const recordId = randomUUID();
      records.push({
        id: recordId,
        parentId: jobId,
        type: 'Task',
        name: 'Post-job: sign in',
        task: null,
        ...outcome,
      });
      this.#attached.push({ timelineId, recordId, name: 'workload-identity', text });
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url ?? '');
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-headers': 'authorization, accept',
    };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end();
      return;
    }
    this.requests.push({ path, authorization: request.headers.authorization });
    const fault = this.faults.find(([pattern]) => pattern.test(path))?.[1];
    if (fault === 'never answers') return;
    if (fault !== undefined) {
      const { status = 200, withoutCors = false, body = '{"message":"<b>no</b>"}' } = fault;
      response.writeHead(status, withoutCors ? {} : cors).end(body);
      return;
    }
    if (request.headers.authorization !== `Bearer ${pageToken}`) {
      response.writeHead(401, cors).end();
      return;
    }
    const found = this.#answer(path);
    response.writeHead(found === undefined ? 404 : 200, {
      ...cors,
      'content-type': 'application/json',
    });
    response.end(found ?? '{}');
  }

  #answer(path: string): string | undefined {
    const base = `/contoso/${this.project}/_apis/build/builds/${this.build}/`;
    if (!path.startsWith(base)) return undefined;
    const [first = '', second = '', third, type, name] = path.slice(base.length).split('/');
    if (first === 'timeline') {
      const records = this.#timelines.get(
        second === '' || second === this.#currentId ? 'current' : second,
      );
      return records && JSON.stringify({ id: this.#currentId, records });
    }
    if (first === 'attachments') return this.#list(second);
    if (third !== 'attachments' || type !== 'workload-identity.timeline') return undefined;
    return this.#attached.find(
      (each) => each.timelineId === first && each.recordId === second && each.name === name,
    )?.text;
  }

  #list(type: string): string {
    const value = this.#attached.map(({ timelineId, recordId, name }) => ({
      name,
      _links: {
        self: {
          href: `${this.root}${this.project}/_apis/build/builds/${this.build}/${timelineId}/${recordId}/attachments/${type}/${name}`,
        },
      },
    }));
    return JSON.stringify({
      count: value.length,
      value: type === 'workload-identity.timeline' ? value : [],
    });
  }
}
