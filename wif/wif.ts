// First: before anything of ours is loaded, no signal or variable may weaken this process.
import '../src/external/machine/hardening.ts';
import { version } from '../package.json';
import { azureDevOpsScope } from '../src/access-token/azure-devops.ts';
import { systemChance } from '../src/external/machine/chance.ts';
import { systemClock } from '../src/external/machine/clock.ts';
import { systemTools } from '../src/external/machine/tools.ts';
import { azureCliOf } from './administration/azure-cli.ts';
import { asAdministrationError } from './administration/errors.ts';
import { organizationAt, organizationNamed } from './administration/organization.ts';
import { patient } from './administration/patience.ts';
import type { Web } from './administration/web.ts';
import { exitCodes, type CommandWorld } from './commands/world.ts';
import { azureDevOps } from './external/azure-devops.ts';
import { microsoftGraph, resourceManager } from './external/azure-services.ts';
import {
  accountOf,
  entraSignIn,
  graphScope,
  personalSignIn,
  resourceManagerScope,
} from './external/credentials.ts';
import { environment, onInterruption } from './external/environment.ts';
import { openJournal } from './external/journal-file.ts';
import { repositoryOf } from './external/repository-files.ts';
import { allowBrokenPipe, readText, systemTerminal } from './external/terminal.ts';
import { readYaml } from './external/yaml.ts';
import {
  createProgram,
  usageExitCode,
  usageMessage,
  type Run,
  type RunOffline,
  type SharedOptions,
} from './program/program.ts';

const run: Run = async (shared, story) => {
  try {
    environment.endWith(await story(worldFor(shared)));
  } catch (error) {
    report(error, shared.output);
  }
};

const runOffline: RunOffline = (shared, story) => {
  try {
    environment.endWith(story({ terminal: systemTerminal, readText, repositoryOf }));
  } catch (error) {
    report(error, shared.output);
  }
};

/** An error, for people and, where that was asked for, for programs. */
function report(error: unknown, output: string | undefined): void {
  const { code, message, remedy } = asAdministrationError(error);
  if (output === 'json') systemTerminal.outJson({ error: { code, message, remedy } });
  systemTerminal.note(`wif: ${code}: ${message}`, 'bad');
  systemTerminal.note(remedy);
  environment.endWith(code === 'USAGE_INVALID' ? exitCodes.usage : exitCodes.failed);
}

function worldFor(options: SharedOptions): CommandWorld {
  const { organization: named, tenant, devopsTenant = tenant } = options;
  const organization = organizationNamed(named);
  const entra = entraSignIn(tenant, environment.authorityHost);
  const token = environment.personalAccessToken;
  const devops =
    token === undefined
      ? entraSignIn(devopsTenant, environment.authorityHost)(azureDevOpsScope)
      : personalSignIn(token);
  return {
    organization,
    devops: unhurried(azureDevOps(organization.url, devops)),
    membership: {
      users: unhurried(azureDevOps(organizationAt('vssps', organization), devops)),
      entitlements: unhurried(azureDevOps(organizationAt('vsaex', organization), devops)),
    },
    directory: {
      graph: unhurried(microsoftGraph(entra(graphScope))),
      resourceManager: unhurried(resourceManager(entra(resourceManagerScope))),
    },
    azureCli: azureCliOf(systemTools),
    devopsTenant,
    whoAmI: () => (token === undefined ? accountOf(devops) : Promise.resolve(undefined)),
    clock: systemClock,
    terminal: systemTerminal,
    stop: interruption(),
    openJournal,
    readText,
    readYaml,
  };
}

function unhurried(web: Web): Web {
  return patient(web, {
    clock: systemClock,
    chance: systemChance,
    waiting: (service, ms) =>
      systemTerminal.note(`${service} asks for patience: waiting ${Math.ceil(ms / 1_000)} s.`),
  });
}

/** The first Ctrl-C ends what is under way, and no more is begun. */
function interruption(): { readonly isWanted: boolean } {
  const stop = { isWanted: false };
  onInterruption(() => {
    stop.isWanted = true;
    systemTerminal.note('Ending what is under way; once more ends at once.');
  });
  return stop;
}

allowBrokenPipe();
try {
  const { arguments: words } = environment;
  const print = (line: string): void => systemTerminal.out(line);
  await createProgram(run, runOffline, print, version).parseAsync([...words]);
} catch (error) {
  const code = usageExitCode(error);
  if (code === undefined) throw error;
  if (code === exitCodes.usage && environment.wantsJson) {
    const remedy = 'Look at wif --help, or at --help of the command.';
    const failure = { code: 'USAGE_INVALID', message: usageMessage(error), remedy };
    systemTerminal.outJson({ error: failure });
  }
  environment.endWith(code);
}
