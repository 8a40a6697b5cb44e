import { shell } from '../../src/literals.ts';
import type { Connection } from './connection.ts';
import { isDevopsTrait } from './devops-token-rules.ts';
import { asAdministrationError, endsTheRun } from './errors.ts';
import { executionsOf, usagesOf, type Usage } from './executions.ts';
import { fileOf, pipelineOf, type KeyVaultGroup, type Pipeline } from './pipelines.ts';
import type { Remark, Verdict } from './remark.ts';
import { checkRemotely } from './remote-check.ts';
import type { Repository } from './repository.ts';
import { livesOf, type TokenLives } from './token-lives.ts';
import type { Web } from './web.ts';

/** What may happen to whoever uses a connection, and what to do. */
export interface Risk {
  readonly connection: Connection;
  readonly kind: 'pipeline' | 'classic build' | 'classic release' | 'variable group' | 'connection';
  /** Name of the pipeline, release or group. */
  readonly user: string;
  readonly longestMinutes: number | undefined;
  readonly lives: string;
  readonly verdict: Verdict;
  readonly code: string;
  /** File and line, where it is about one. */
  readonly where: string;
  readonly step: string;
  readonly what: string;
  readonly todo: string;
}

/** What looking for risks takes. */
export interface RiskWorld {
  readonly web: Web;
  readonly readYaml: Repository['readYaml'];
}

type Observation = Pick<Risk, 'verdict' | 'code' | 'what' | 'todo'> &
  Partial<Pick<Risk, 'where' | 'step'>>;

/** Pipelines of one connection beyond these are counted only. */
const maxUsers = 40;

const ourStep = 'FederatedLogin@1 or TokenRefresher@1 at the top of the job';

/**
 * What would break, or does: from the history of the connection, the lives of its tokens, and the
 * YAML of its pipelines. What cannot be looked at is a risk that nobody knows, and is reported as one.
 */
export async function risksOf(
  connection: Connection,
  groups: readonly KeyVaultGroup[],
  world: RiskWorld,
): Promise<readonly Risk[]> {
  const lives = livesOf(connection);
  const about = { connection, lives: lives?.text ?? '' };
  const unread = (error: unknown): Risk => ({
    ...nobody,
    ...about,
    kind: 'connection',
    ...unreadable(error),
  });
  const own = groups.filter(({ connectionId }) => connectionId === connection.id);
  const ofGroups = own.map((group): Risk => ({ ...nobody, ...about, ...groupRisk(group) }));
  try {
    const usages = usagesOf(await executionsOf(world.web, connection));
    const found: Risk[] = [...ofGroups];
    for (const usage of usages.slice(0, maxUsers))
      found.push(...(await usageRisks(usage, connection, lives, world)));
    const rest = usages.length - maxUsers;
    if (rest > 0) found.push({ ...nobody, ...about, kind: 'connection', ...uncounted(rest) });
    return found;
  } catch (error) {
    if (endsTheRun(asAdministrationError(error).code)) throw error;
    return [...ofGroups, unread(error)];
  }
}

const nobody = { user: '', longestMinutes: undefined, where: '', step: '' } as const;

function groupRisk({ name, vault }: KeyVaultGroup): Observation & Pick<Risk, 'kind' | 'user'> {
  return {
    kind: 'variable group',
    user: name,
    verdict: 'unknown',
    code: 'key-vault-group',
    what: `it takes its values from the vault "${vault}" by this connection`,
    todo: 'run a pipeline that uses the group soon after a change of the connection',
  };
}

function uncounted(rest: number): Observation {
  return {
    verdict: 'unknown',
    code: 'more-users',
    what: `${rest} more pipelines use it`,
    todo: 'check them with wif check',
  };
}

function unreadable(error: unknown): Observation {
  const { message, remedy } = asAdministrationError(error);
  return { verdict: 'unknown', code: 'unread', what: message, todo: remedy };
}

async function usageRisks(
  usage: Usage,
  connection: Connection,
  lives: TokenLives | undefined,
  world: RiskWorld,
): Promise<readonly Risk[]> {
  const { kind, observations } = await lookAt(usage, connection, lives, world);
  const { definition, longestMinutes } = usage;
  const about = { ...nobody, connection, kind, user: definition.name, longestMinutes };
  return [timeRisk(usage, lives), ...observations].map((one) => ({
    ...about,
    lives: lives?.text ?? '',
    ...one,
  }));
}

/** Whether the longest job outlives the tokens of its beginning. */
function timeRisk({ longestMinutes }: Usage, lives: TokenLives | undefined): Observation {
  if (longestMinutes === undefined || lives === undefined) {
    const what =
      lives === undefined
        ? 'how long its tokens live is not known: its issuer is another'
        : 'how long its jobs take is not known: none has ended';
    return { verdict: 'unknown', code: 'unknown-time', what, todo: 'look at a run of it' };
  }
  if (longestMinutes < lives.idTokenMinutes) {
    const what = 'its longest job ends before its tokens do';
    return { verdict: 'nothing', code: 'short-enough', what, todo: '' };
  }
  const what = 'its longest job outlives the ID token of its beginning';
  return { verdict: 'our step', code: 'outlives-tokens', what, todo: ourStep };
}

interface Look {
  readonly kind: Risk['kind'];
  readonly observations: readonly Observation[];
}

async function lookAt(
  usage: Usage,
  connection: Connection,
  lives: TokenLives | undefined,
  world: RiskWorld,
): Promise<Look> {
  if (usage.planType.toLowerCase() === 'release') {
    const what = 'the tasks and scripts of a classic release are not read';
    return { kind: 'classic release', observations: [unlooked('classic', what)] };
  }
  try {
    const project = {
      ...connection.project,
      id: usage.definition.projectId ?? connection.project.id,
    };
    const pipeline = await pipelineOf(world.web, project, usage.definition);
    if (pipeline.kind === 'yaml') {
      const fetch = (file: string): Promise<string | undefined> =>
        fileOf(world.web, project, pipeline.source, file);
      const remarks = await checkRemotely(pipeline.file, fetch, world.readYaml);
      if (remarks === undefined) {
        const what = `${pipeline.file} is not in the default branch`;
        return { kind: 'pipeline', observations: [unlooked('unread-pipeline', what)] };
      }
      return { kind: 'pipeline', observations: ofConnection(remarks, connection, usage, lives) };
    }
    return otherPipeline(pipeline);
  } catch (error) {
    if (endsTheRun(asAdministrationError(error).code)) throw error;
    return { kind: 'pipeline', observations: [unreadable(error)] };
  }
}

function otherPipeline(pipeline: Exclude<Pipeline, { kind: 'yaml' }>): Look {
  switch (pipeline.kind) {
    case 'gone': {
      const what = 'it is no longer there';
      return {
        kind: 'pipeline',
        observations: [{ verdict: 'nothing', code: 'gone', what, todo: '' }],
      };
    }
    case 'classic build': {
      const what = 'the tasks and scripts of a classic build are not read';
      return { kind: 'classic build', observations: [unlooked('classic', what)] };
    }
    case 'yaml elsewhere': {
      const what = `its YAML is in a repository of ${pipeline.where}`;
      const todo = `run wif check ${shell(pipeline.file)} in a clone of it`;
      return {
        kind: 'pipeline',
        observations: [{ verdict: 'unknown', code: 'elsewhere', what, todo }],
      };
    }
  }
}

function unlooked(code: string, what: string): Observation {
  return { verdict: 'unknown', code, what, todo: 'look at it yourself' };
}

/**
 * Of a pipeline what concerns one connection: its own steps, and those whose connection nobody
 * knows. That a step ends early is no risk where no job takes so long.
 */
function ofConnection(
  remarks: readonly Remark[],
  { name, id }: Connection,
  { longestMinutes = Number.POSITIVE_INFINITY }: Usage,
  lives: TokenLives | undefined,
): readonly Observation[] {
  const enough: Readonly<Record<string, number>> = {
    'ends-early': lives?.idTokenMinutes ?? 0,
    'in-memory': lives?.accessTokenMinutes ?? 0,
  };
  const names = [name, id, ''].map((one) => one.toLowerCase());
  return remarks
    .filter(({ verdict, code }) => verdict !== 'nothing' && !isDevopsTrait(code))
    .filter(({ code }) => longestMinutes >= (enough[code] ?? 0))
    .filter(
      ({ connection, code }) =>
        code === 'unknown-connection' || names.includes(connection.toLowerCase()),
    )
    .map(({ file, line, step, verdict, code, what, todo }) => ({
      ...{ where: `${file}:${line}`, step, verdict, code, what, todo },
    }));
}
