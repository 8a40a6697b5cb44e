import type { ChildProcess } from 'node:child_process';
import type { JobEnd, JobReport, StepReport } from './contract.ts';
import type { FromWorker, StepEnd } from './job-message.ts';

type LineMessage = Extract<FromWorker, { type: 'line' }>;

/** What a worker has said, and when. */
interface Timed<T> {
  readonly atMs: number;
  readonly value: T;
}

const nothing: Omit<JobEnd, 'result'> = {
  variables: {},
  outputs: {},
  orphansKilled: [],
  left: [],
  summaries: [],
  attachments: [],
  lingering: { processes: [], ports: [] },
};

/** Gathers what a worker says into the report of its job, also where the worker is killed. */
export class ReportBuilder {
  readonly finished: Promise<JobReport>;
  readonly #startedAt = performance.now();
  readonly #lines: Timed<LineMessage>[] = [];
  readonly #steps = new Map<number, Timed<StepEnd>>();
  readonly #onLine: ((line: string) => void) | undefined;
  #end: JobEnd | undefined;
  #diagnostics = '';

  constructor(worker: ChildProcess, onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    for (const stream of [worker.stdout, worker.stderr]) {
      stream?.on('data', (chunk: Uint8Array) => {
        this.#diagnostics += new TextDecoder().decode(chunk);
      });
    }
    this.finished = new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('close', (code, signal) => {
        if (this.#end !== undefined || signal === 'SIGKILL') resolve(this.#report());
        else
          reject(
            new Error(`The worker ended with ${String(code ?? signal)}: ${this.#diagnostics}`),
          );
      });
    });
  }

  #receive(message: FromWorker): void {
    const atMs = performance.now();
    if (message.type === 'finished') this.#end = message.end;
    else if (message.type === 'step') this.#steps.set(message.step, { atMs, value: message.end });
    else {
      this.#lines.push({ atMs, value: message });
      if (message.masked !== undefined) this.#onLine?.(message.masked);
    }
  }

  #report(): JobReport {
    const lines = this.#lines.map(({ value }) => value);
    return {
      ...(this.#end ?? { result: 'Abandoned', ...nothing }),
      steps: [...this.#steps].map(([index, end]) => this.#stepReport(index, end)),
      log: masked(lines).join('\n'),
      rawLog: lines.map(({ raw }) => raw).join('\n'),
      durationMs: Math.round(performance.now() - this.#startedAt),
    };
  }

  #stepReport(index: number, { atMs, value: { node, ...end } }: Timed<StepEnd>): StepReport {
    const timed = this.#lines.filter(({ value: { step } }) => step === index);
    const own = timed.map(({ value }) => value);
    const beganMs = atMs - end.durationMs;
    const shown = timed.filter(({ value }) => value.masked !== undefined);
    return {
      ...end,
      ...(node !== undefined && { node }),
      lines: masked(own),
      linesAtMs: shown.map((line) => Math.max(0, line.atMs - beganMs)),
      rawLines: own.map(({ raw }) => raw),
    };
  }
}

function masked(lines: readonly LineMessage[]): string[] {
  return lines.flatMap((line) => (line.masked === undefined ? [] : [line.masked]));
}
