import { jobsOf, isUnknowable, type Job, type Step, type TemplateUse } from './pipeline-steps.ts';
import { textAt, type YamlNode, type YamlReading } from './pipeline-tree.ts';
import { traitOfVariable, traits, traitsOf } from './script-rules.ts';
import { taskKind } from './task-rules.ts';

/** What has to be done for a step: nothing, a step of ours before it, or another line. */
export type Verdict = 'nothing' | 'our step' | 'change' | 'unknown';

/** What was found at one place of a pipeline or of a script of its repository. */
export interface Remark {
  readonly file: string;
  readonly line: number;
  readonly job: string;
  readonly step: string;
  /** Name of the service connection of the step; empty where it has none. */
  readonly connection: string;
  readonly verdict: Verdict;
  readonly code: string;
  readonly what: string;
  readonly todo: string;
}

/** Files of the repository: undefined for what is not there, or cannot be read. */
export interface Repository {
  /** A path as a pipeline writes it; `from` is the file that names it. */
  read(path: string, from: string): { readonly file: string; readonly text: string } | undefined;
  readYaml(text: string): YamlReading;
}

/** Templates that take one another end here. */
const maxTemplates = 200;

interface Place {
  readonly file: string;
  readonly job: string;
  readonly connection?: string;
}

/** Checks a pipeline and what it takes from its own repository. Nothing is guessed. */
export function checkPipeline(
  file: string,
  text: string,
  repository: Repository,
): readonly Remark[] {
  const seen = new Set<string>();
  return checkFile(file, text, repository, seen);
}

function checkFile(
  file: string,
  text: string,
  repository: Repository,
  seen: Set<string>,
): readonly Remark[] {
  if (seen.has(file) || seen.size >= maxTemplates) return [];
  seen.add(file);
  const reading = repository.readYaml(text);
  if ('mistake' in reading) {
    const place = { file, job: '' };
    return [
      remark(place, reading.line, '', 'unknown', 'no-yaml', reading.mistake, 'correct the YAML'),
    ];
  }
  return reading.documents.flatMap((document) => checkDocument(file, document, repository, seen));
}

function checkDocument(
  file: string,
  document: YamlNode,
  repository: Repository,
  seen: Set<string>,
): readonly Remark[] {
  const { jobs, templates } = jobsOf(document);
  return [
    ...templates.flatMap((use) => checkTemplate(use, { file, job: '' }, repository, seen)),
    ...jobs.flatMap((job) => checkJob(file, job, repository, seen)),
  ];
}

function checkTemplate(
  { path, line }: TemplateUse,
  place: Place,
  repository: Repository,
  seen: Set<string>,
): readonly Remark[] {
  const step = `template ${path}`;
  if (path.includes('@') && !/@self$/i.test(path)) {
    const what = 'it is a template of another repository';
    return [remark(place, line, step, 'unknown', 'foreign-template', what, 'check it there')];
  }
  const found = isUnknowable(path)
    ? undefined
    : repository.read(path.replace(/@self$/i, ''), place.file);
  if (found === undefined) {
    const what = 'the template cannot be read here';
    return [remark(place, line, step, 'unknown', 'unread-template', what, 'check that file too')];
  }
  return checkFile(found.file, found.text, repository, seen);
}

function checkJob(
  file: string,
  job: Job,
  repository: Repository,
  seen: Set<string>,
): readonly Remark[] {
  const place = { file, job: job.name };
  const ours: string[] = [];
  return job.parts.flatMap((part) => {
    if ('path' in part) return checkTemplate(part, place, repository, seen);
    const at = { ...place, connection: part.connection ?? '' };
    const remarks = checkStep(part, at, ours, repository);
    const kind = taskKind(part.task);
    if (kind.kind === 'ours' && kind.keepsAlive && keepsAlive(part))
      ours.push(part.connection ?? '');
    return remarks;
  });
}

/** `refresh: false`, `keepOtherTasks: false` and the modes without a broker keep nothing alive. */
function keepsAlive({ inputs }: Step): boolean {
  const off = (name: string): boolean => textAt(inputs, name)?.toLowerCase() === 'false';
  const mode = textAt(inputs, 'mode')?.toLowerCase() ?? 'broker';
  return !off('refresh') && !off('keepOtherTasks') && mode === 'broker';
}

function checkStep(
  step: Step,
  place: Place,
  ours: readonly string[],
  repository: Repository,
): readonly Remark[] {
  if (isUnknowable(step.task)) {
    const what = 'which task it is, only the run knows';
    return [
      remark(place, step.line, step.title, 'unknown', 'unknown-task', what, 'look at it yourself'),
    ];
  }
  return [
    ...taskRemarks(step, place, ours),
    ...variableRemarks(step, place),
    ...scriptRemarks(step, place, repository),
  ];
}

function taskRemarks(step: Step, place: Place, ours: readonly string[]): readonly Remark[] {
  const { line, title, task, connection } = step;
  const say = (verdict: Verdict, code: string, what: string, todo: string): readonly Remark[] => [
    remark(place, line, title, verdict, code, what, todo),
  ];
  const kind = taskKind(task);
  switch (kind.kind) {
    case 'ours':
      return say('nothing', 'ours', 'it keeps the connection signed in', '');
    case 'fine':
      return say('nothing', 'short-lived', 'it needs no session that lasts', '');
    case 'unsupported':
      return say('change', 'unsupported-task', kind.what, kind.todo);
    case 'in memory': {
      const { lasts = 'with its access token, after about an hour' } = kind;
      const what = `it signs in in memory: it ends ${lasts}`;
      const code = kind.lasts === undefined ? 'in-memory' : 'in-memory-briefly';
      return say('our step', code, what, `if it takes longer: ${kind.instead}`);
    }
    case 'kept':
      return keptRemarks(step, kind.by, ours, say);
    case 'unknown':
      if (connection === undefined) return [];
      return say(
        'unknown',
        'unknown-task',
        'wif does not know this task',
        'ask its author how it signs in',
      );
  }
}

function keptRemarks(
  { connection }: Step,
  by: string,
  ours: readonly string[],
  say: (verdict: Verdict, code: string, what: string, todo: string) => readonly Remark[],
): readonly Remark[] {
  if (connection === undefined) return [];
  if (ours.some((one) => one.toLowerCase() === connection.toLowerCase())) {
    return say('nothing', 'kept-alive', 'a step of ours before it keeps it signed in', '');
  }
  if (isUnknowable(connection) || ours.some(isUnknowable)) {
    const what = 'whether a step of ours has the same connection, only the run knows';
    return say('unknown', 'unknown-connection', what, `write ${by} for the same connection`);
  }
  const what = 'its ID token ends after about ten minutes, its access token after about an hour';
  return say('our step', 'ends-early', what, by);
}

function variableRemarks({ env, title }: Step, place: Place): readonly Remark[] {
  if (env?.kind !== 'map') return [];
  return env.entries.flatMap(({ key, value }) => {
    const code = value.kind === 'text' ? traitOfVariable(key, value.text) : undefined;
    if (code === undefined) return [];
    const { verdict, what, todo } = traits[code];
    return [remark(place, value.line, title, verdict, code, what, todo)];
  });
}

function scriptRemarks(step: Step, place: Place, repository: Repository): readonly Remark[] {
  const { file, script, title, line } = step;
  if (script !== undefined) {
    return traitRemarks(script.text, place, title, (inner) => script.line + inner - 1);
  }
  if (file === undefined) return [];
  // The agent's own folders stand for the repository.
  const path = file.replace(
    /^\$\((Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\)[\\/]/i,
    '/',
  );
  const found =
    isUnknowable(path) || /\$[({]/.test(path) ? undefined : repository.read(path, place.file);
  if (found === undefined) {
    const what = `the script ${file} cannot be read here`;
    return [remark(place, line, title, 'unknown', 'unread-script', what, 'look at it yourself')];
  }
  return traitRemarks(found.text, { ...place, file: found.file }, title, (inner) => inner);
}

function traitRemarks(
  text: string,
  place: Place,
  title: string,
  lineOf: (inner: number) => number,
): readonly Remark[] {
  const found = traitsOf(text).map(({ code, line }) => {
    const { verdict, what, todo } = traits[code];
    return remark(place, lineOf(line), title, verdict, code, what, todo);
  });
  const hole = text.split(/\r?\n/).findIndex((one) => one.includes('${{'));
  if (hole < 0) return found;
  const what = 'a part of the script is filled in before the run';
  return [
    ...found,
    remark(
      place,
      lineOf(hole + 1),
      title,
      'unknown',
      'filled-in',
      what,
      'look at what is filled in',
    ),
  ];
}

function remark(
  { file, job, connection = '' }: Place,
  line: number,
  step: string,
  verdict: Verdict,
  code: string,
  what: string,
  todo: string,
): Remark {
  return { file, line, job, step, connection, verdict, code, what, todo };
}
