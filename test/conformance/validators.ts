import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { otherCloudLives } from './other-cloud-clients.ts';
import { cleanlinessChecks, type Check } from './outcome.ts';
import { pins } from './packages.ts';
import { goProgram, pipelineFile } from './paths.ts';
import { produce, type Produced } from './play.ts';
import { serverNames, writeRecipes, type ServerName } from './recipes.ts';
import { serverRefusals } from './refusal-words.ts';

/** What a server's own code made of the ID tokens of one job. */
export interface ServerOutcome {
  readonly server: ServerName;
  /** The library that checked them, and its version. */
  readonly code: string;
  /** Logins before and after the end of the first ID token. */
  readonly before: number;
  readonly after: number;
  /** Different ID tokens that were taken. */
  readonly tokens: number;
  readonly complaints: readonly string[];
  readonly log: string;
}

const codes: Readonly<Record<ServerName, string>> = {
  vault: `vault-plugin-auth-jwt ${pins.vaultJwt}`,
  kubernetes: `k8s.io/apiserver ${pins.kubernetes}`,
};

/** The line that `programs/validators` prints for a server. */
interface ServerReport {
  readonly before: number;
  readonly after: number;
  readonly tokens: number;
  readonly refusals: Readonly<Record<string, string>>;
}

/**
 * Has the code of Vault and of Kubernetes check the token file of a job, by the recipes of the
 * page: once a second past the end of its first tokens, and then with trusts that must refuse it.
 */
export async function playServers(): Promise<readonly ServerOutcome[]> {
  const recipes = mkdtempSync(join(tmpdir(), 'recipes-'));
  try {
    const produced = await produce({
      pipeline: pipelineFile('validators'),
      connections: ['production'],
      lives: otherCloudLives,
      deploymentSeconds: 0,
      variables: (_emulator, [connection]) => {
        if (connection) writeRecipes(recipes, connection);
        return {
          program: goProgram('validators'),
          recipes,
          playSeconds: String(2 * otherCloudLives.idTokenSeconds + 2),
        };
      },
    });
    return serverNames.map((server) => outcomeOf(server, produced));
  } finally {
    rmSync(recipes, { recursive: true, force: true });
  }
}

function outcomeOf(server: ServerName, produced: Produced): ServerOutcome {
  const { report, journal } = produced;
  const { before, after, tokens, refusals } = reportOf(server, report.log);
  const checks: readonly Check[] = [
    [report.result !== 'Succeeded', `the job ended ${report.result}`],
    [before === 0, 'nobody was let in while the first token lived'],
    [after === 0, 'nobody was let in once the first token was over'],
    [tokens < 2, `${tokens} tokens were taken`],
    [
      !journal.some(({ route }) => route === 'discovery'),
      'nobody asked for the keys of the issuer',
    ],
    ...Object.entries(serverRefusals[server]).map(([recipe, words]): Check => {
      const said = refusals[recipe] ?? '';
      return [!said.includes(words), `"${said}" in place of "${words}"`];
    }),
    ...cleanlinessChecks(produced),
  ];
  return {
    server,
    code: codes[server],
    before,
    after,
    tokens,
    complaints: checks.flatMap(([isBad, complaint]) => (isBad ? [complaint] : [])),
    log: report.log,
  };
}

function reportOf(server: ServerName, log: string): ServerReport {
  const line = new RegExp(`\\{"server":"${server}",.*\\}`).exec(log)?.[0];
  if (line === undefined) return { before: 0, after: 0, tokens: 0, refusals: {} };
  return JSON.parse(line) as ServerReport;
}
