import { jobsOf, isUnknowable, type Job, type Step, type TemplateUse } from './pipeline-steps.ts';
import { textAt, type YamlNode } from './pipeline-tree.ts';
import { remark, type Place, type Remark, type Verdict } from './remark.ts';
import type { Repository } from './repository.ts';
import { jobVariableRemarks, scriptRemarks, variableRemarks } from './script-check.ts';
import { taskKind } from './task-rules.ts';

/** Templates that take one another end here. */
const maxTemplates = 200;

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
  const { jobs, templates, variables } = jobsOf(document);
  return [
    ...variables.flatMap((use) => jobVariableRemarks(use, file)),
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
      if (kind.needsConnection === true && connection === undefined) return [];
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
