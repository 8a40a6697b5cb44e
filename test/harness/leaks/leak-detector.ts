import { join } from 'node:path';
import type { JobReport, JobRun } from '../agent/contract.ts';
import { parseVsoCommand } from '../agent/vso-command.ts';
import { CredentialSearch, type Credential } from './credential-forms.ts';
import { openFiles } from './open-files.ts';
import { ProcessWatch, type SampledProcess } from './process-watch.ts';

/** The kinds of place that are searched. */
export type Where =
  | 'arguments'
  | 'environment'
  | 'raw log'
  | 'masked log'
  | 'file left'
  | 'open file'
  | 'variable'
  | 'output'
  | 'summary'
  | 'attachment';

/** A credential where none may be; the place never shows the credential itself. */
export interface Finding {
  readonly kind: string;
  readonly where: Where;
  readonly place: string;
}

/** A credential that rightly is where it is. */
export interface Allowance {
  /** All kinds, where absent. */
  readonly kinds?: readonly string[];
  readonly where: Where;
  /** Matches the place as a finding would show it. */
  readonly place?: RegExp;
  /** For arguments and environments: the process in question. */
  readonly process?: (process: SampledProcess) => boolean;
}

/** What a leak detector needs to know. */
export interface LeakDetectorOptions {
  /** Every credential issued so far; asked at the end. */
  readonly credentials: () => readonly Credential[];
  readonly allow?: readonly Allowance[];
  /** Milliseconds between two looks at the processes: 100. */
  readonly intervalMs?: number;
  /** Processes that hold credentials by their nature, beside the test's own. */
  readonly ignoredPids?: readonly number[];
  /** Folders whose files must not be open, beside the job's temp folder. */
  readonly folders?: readonly string[];
}

interface Evidence {
  readonly where: Where;
  readonly place: string;
  readonly text: string;
  readonly process?: SampledProcess;
  readonly variable?: string;
}

const longestPlace = 200;

/** Knows every credential and searches everything that a job shows or leaves for them. */
export class LeakDetector {
  readonly #options: LeakDetectorOptions;
  readonly #watch: ProcessWatch;
  readonly #folders: string[];
  readonly #workFolders: string[] = [];
  readonly #workers = new Set<number>();
  readonly #openFiles = new Map<string, Evidence>();
  #timer: NodeJS.Timeout | undefined;

  /** Make it before the job starts: processes that are older are not looked at. */
  constructor(options: LeakDetectorOptions) {
    this.#options = options;
    this.#folders = [...(options.folders ?? [])];
    this.#watch = new ProcessWatch([process.pid, ...(options.ignoredPids ?? [])]);
  }

  /** Looks at processes and files while a job runs. */
  watch(run: JobRun): void {
    this.#workers.add(run.workerPid);
    this.#folders.push(join(run.workFolder, '_temp'));
    this.#workFolders.push(run.workFolder);
    this.start();
    void run.finished.catch(() => undefined).then(() => this.stop());
  }

  start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.sample(), this.#options.intervalMs ?? 100);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes one look now. */
  sample(): void {
    this.#watch.sample();
    for (const { path, content } of this.#folders.flatMap(openFiles)) {
      const key = `${path}\0${content}`;
      this.#openFiles.set(key, { where: 'open file', place: path, text: content });
    }
  }

  /** The arguments of every process of the watched jobs that was seen; other jobs of this host have theirs. */
  get argumentsSeen(): readonly (readonly string[])[] {
    return this.#watch.processes
      .filter((seen) =>
        this.#workFolders.some((folder) =>
          [...seen.arguments, ...seen.environment].some((text) => text.includes(folder)),
        ),
      )
      .map((seen) => seen.arguments);
  }

  /** All findings: of the samples, of the files that are there now, and of the report. */
  findings(report?: JobReport): Finding[] {
    this.stop();
    this.sample();
    const search = new CredentialSearch(this.#options.credentials());
    const evidence = [
      ...this.#watch.processes.flatMap(processEvidence),
      ...this.#openFiles.values(),
      ...(report === undefined ? [] : reportEvidence(report)),
    ];
    const findings = evidence.flatMap((item) => this.#judge(item, search));
    return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
  }

  #judge(evidence: Evidence, search: CredentialSearch): Finding[] {
    const { where, text } = evidence;
    const kinds = search.kindsIn(text);
    if (kinds.length === 0) return [];
    // Redacted before it is cut: half a credential is not recognised any more.
    const place = search.redacted(evidence.place).slice(0, longestPlace);
    return kinds
      .map((kind) => ({ kind, where, place }))
      .filter((finding) => !this.#isAllowed(finding, evidence));
  }

  #isAllowed(finding: Finding, { process: seen, variable }: Evidence): boolean {
    if (seen !== undefined && variable !== undefined && this.#isGiven(variable, seen)) return true;
    return (this.#options.allow ?? []).some(
      (allowance) =>
        allowance.where === finding.where &&
        (allowance.kinds?.includes(finding.kind) ?? true) &&
        (allowance.place?.test(finding.place) ?? true) &&
        (allowance.process === undefined || (seen !== undefined && allowance.process(seen))),
    );
  }

  /** The agent itself hands secrets to a task, which is a child of the worker: node, `_tasks/…`. */
  #isGiven(variable: string, { arguments: [, script = ''], parents }: SampledProcess): boolean {
    return (
      script.includes('/_tasks/') &&
      /^(ENDPOINT_AUTH_|SECRET_)/.test(variable) &&
      [...parents].some((parent) => this.#workers.has(parent))
    );
  }
}

/** Makes a detector; make it before the job starts. */
export function createLeakDetector(options: LeakDetectorOptions): LeakDetector {
  return new LeakDetector(options);
}

function processEvidence(seen: SampledProcess): Evidence[] {
  const command = seen.arguments.join(' ');
  return [
    { where: 'arguments', place: command, text: command, process: seen },
    ...seen.environment.map((entry): Evidence => {
      const variable = entry.slice(0, entry.indexOf('='));
      const place = `${variable} of ${command}`;
      return { where: 'environment', place, text: entry, process: seen, variable };
    }),
  ];
}

function reportEvidence(report: JobReport): Evidence[] {
  return [
    ...lines('masked log', report.log, (line) => line),
    ...lines('raw log', report.rawLog, withoutRightfulData),
    ...report.left.map(({ path, content }) => evidence('file left', path, content)),
    ...Object.entries(report.variables)
      .filter(([, { secret }]) => !secret)
      .map(([name, { value }]) => evidence('variable', name, value)),
    ...Object.entries(report.outputs).map(([name, { value }]) => evidence('output', name, value)),
    ...report.summaries.map((text, index) => evidence('summary', `summary ${index + 1}`, text)),
    ...report.attachments.map(({ name, text }) => evidence('attachment', name, text)),
  ];
}

function lines(where: Where, log: string, read: (line: string) => string): Evidence[] {
  return log
    .split('\n')
    .map((line, index) => evidence(where, `line ${index + 1}: ${line}`, read(line)));
}

function evidence(where: Where, place: string, text: string): Evidence {
  return { where, place, text };
}

/** Before masking, only two commands may carry a credential, as their data. */
function withoutRightfulData(line: string): string {
  const command = parseVsoCommand(line);
  if (command?.area !== 'task') return line;
  const isSecretVariable =
    command.event === 'setvariable' && command.properties.get('issecret')?.toLowerCase() === 'true';
  if (command.event !== 'setsecret' && !isSecretVariable) return line;
  return line.slice(0, line.indexOf(']', line.indexOf('##vso[')) + 1);
}
