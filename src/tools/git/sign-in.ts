import { azureDevOpsScope } from '../../access-token/azure-devops.ts';
import { gitTokenFileBeside } from '../../delivery/files/state-directory.ts';
import { gitVariables, helperVariable } from '../../delivery/variables/git-variables.ts';
import type { OneSignIn, SignInOutcome, ToolWorld } from '../sign-in-tool.ts';
import { azureReposAddresses } from './addresses.ts';
import { readGitVersion } from './version.ts';

const timeoutMs = 30_000;

/**
 * Signs git in: it gets the token from a file, whenever a server asks. With the broker the file stays
 * fresh; without, it is written once.
 * @throws {FederationError} where Entra gives no token for Azure DevOps.
 */
export async function signInGit(
  program: string,
  { connection, session, job }: OneSignIn,
  { agent, tools, files }: ToolWorld,
): Promise<SignInOutcome> {
  const run = { program, arguments: ['--version'], environment: {}, timeoutMs };
  const version = readGitVersion((await tools.run(run)).output);
  if (version === undefined) {
    return { isSignedIn: false, why: 'the git on the PATH does not run' };
  }
  const { token } = await session.accessToken(azureDevOpsScope);
  agent.mask(token);
  const tokenFile = gitTokenFileBeside(session.tokenFile);
  if (session.endpoints === undefined) await files.replace(tokenFile, token);
  const addresses = azureReposAddresses(job.collectionUri);
  const variables = gitVariables(agent.environment, addresses, tokenFile);
  agent.say(
    `Git is signed in as the service connection ${connection.name}, at ${addresses.join(' and ')}.`,
  );
  if (version.isOld) {
    const [address = ''] = addresses;
    const helper = `credential.${address}.helper`;
    agent.warn(
      `Git ${version.text} does not read its configuration from variables; 2.31 does. Until you update it, write in scripts: git -c ${helper}= -c ${helper}="$${helperVariable(variables)}" clone …`,
    );
  }
  return { isSignedIn: true, variables };
}
