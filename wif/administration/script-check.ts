import { isOfTheJob } from './devops-token-rules.ts';
import { isUnknowable, type Step, type VariableUse } from './pipeline-steps.ts';
import { remark, type Place, type Remark } from './remark.ts';
import type { Repository } from './repository.ts';
import { traitOfVariable, traits, traitsOf, type Trait } from './script-rules.ts';

/** What becomes of a variable that a pipeline, a stage or a job has. */
export function jobVariableRemarks(
  { line, job, name, value }: VariableUse,
  file: string,
): readonly Remark[] {
  const code = traitOfVariable(name, value);
  if (code === undefined) return [];
  return [traitRemark({ file, job }, line, `variable ${name}`, code)];
}

/** What becomes of the variables that a step maps. */
export function variableRemarks({ env, title }: Step, place: Place): readonly Remark[] {
  if (env?.kind !== 'map') return [];
  return env.entries.flatMap(({ key, value }) => {
    const code = value.kind === 'text' ? traitOfVariable(key, value.text) : undefined;
    return code === undefined ? [] : [traitRemark(place, value.line, title, code)];
  });
}

/** What the script of a step does with tokens: one in the pipeline, or in a file of the repository. */
export function scriptRemarks(step: Step, place: Place, repository: Repository): readonly Remark[] {
  const { file, script, title, line } = step;
  const jobTokens = jobTokensOf(step);
  if (script !== undefined) {
    const lineOf = (inner: number): number => script.line + inner - 1;
    return traitRemarks(script.text, place, title, jobTokens, lineOf);
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
  const inScript = { ...place, file: found.file };
  return traitRemarks(found.text, inScript, title, jobTokens, (inner) => inner);
}

/** The variables of a step that hold the job's own token. */
function jobTokensOf({ env }: Step): readonly string[] {
  if (env?.kind !== 'map') return [];
  return env.entries.flatMap(({ key, value }) =>
    value.kind === 'text' && isOfTheJob(value.text) ? [key] : [],
  );
}

function traitRemarks(
  text: string,
  place: Place,
  title: string,
  jobTokens: readonly string[],
  lineOf: (inner: number) => number,
): readonly Remark[] {
  const found = traitsOf(text, jobTokens).map(({ code, line }) =>
    traitRemark(place, lineOf(line), title, code),
  );
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

/** What a trait means, at a line of a step or of a variable. */
function traitRemark(place: Place, line: number, step: string, code: Trait['code']): Remark {
  const { verdict, what, todo } = traits[code];
  return remark(place, line, step, verdict, code, what, todo);
}
