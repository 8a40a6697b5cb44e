import { isSame } from '../../src/json-text.ts';
import { isFederated, secretScheme, type Connection } from '../administration/connection.ts';
import { asAdministrationError, endsTheRun } from '../administration/errors.ts';
import { eachOnce } from '../administration/fleet-diagnosis.ts';
import { inParallel } from '../administration/parallel.ts';
import { keyVaultGroupsOf, type KeyVaultGroup } from '../administration/pipelines.ts';
import { remembering } from '../administration/remembering.ts';
import { counted } from '../administration/report.ts';
import { risksOf, type Risk } from '../administration/risk.ts';
import type { Web } from '../administration/web.ts';
import type { CommandWorld } from './world.ts';

/**
 * What would break where, for each of these connections. Each pipeline and file is read once,
 * however many connections a pipeline uses.
 */
export async function risksAmong(
  connections: readonly Connection[],
  concurrency: number,
  world: CommandWorld,
): Promise<readonly Risk[]> {
  const web = remembering(world.devops);
  const concerned = eachOnce(connections).filter(
    (one) => isFederated(one) || isSame(one.scheme, secretScheme),
  );
  const groups = await groupsOf(concerned, concurrency, web, world);
  let count = 0;
  const found = await inParallel(
    concerned,
    concurrency,
    async (connection) => {
      const risks = await risksOf(connection, groups, { web, readYaml: world.readYaml });
      count += 1;
      world.terminal.progress(`Looking for risks: ${count} of ${concerned.length}`);
      return risks;
    },
    world.stop,
  );
  return found.flatMap((risks) => risks ?? []);
}

/** A sentence about the sum of risks. */
export function riskSentence(risks: readonly Risk[]): string {
  if (risks.length === 0) return 'Risks: no use of these connections is known.';
  const verdicts = counted(risks.map(({ verdict }) => verdict));
  const parts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return `Risks: ${parts.join(', ')}. What a verdict means: wif check --help`;
}

/** The variable groups of the projects; those of a project that does not show them are noted. */
async function groupsOf(
  connections: readonly Connection[],
  concurrency: number,
  web: Web,
  { terminal }: CommandWorld,
): Promise<readonly KeyVaultGroup[]> {
  const projects = new Map(connections.map(({ project }) => [project.id, project]));
  const found = await inParallel([...projects.values()], concurrency, async (project) => {
    try {
      return await keyVaultGroupsOf(web, project);
    } catch (error) {
      const { code, message, remedy } = asAdministrationError(error);
      if (endsTheRun(code)) throw error;
      terminal.note(`${code}: ${message} ${remedy}`);
      return [];
    }
  });
  return found.flatMap((groups) => groups ?? []);
}
