import { azureDevOpsScope } from '../../access-token/azure-devops.ts';
import { gitTokenFileBeside } from '../../delivery/files/state-directory.ts';
import { whyNoGitVariables } from '../../delivery/variables/git-variables.ts';
import { refusal } from '../../errors.ts';
import type { SignInTool } from '../sign-in-tool.ts';
import { signInGit } from './sign-in.ts';

const noProgram = 'there is no git on the PATH of this agent';

/** Git for Azure Repos, by variables of the job: no configuration of git is written. */
export const git: SignInTool = {
  name: 'git',
  title: 'Git',
  noProgram,
  isAutomatic: ({ kind }) => kind === 'azureDevOps',
  standsAlone: true,
  refusal: ({ environment, variables }) => {
    const why = whyNoGitVariables(environment, variables);
    if (why === undefined) return undefined;
    return refusal(
      'GIT_CONFIG_COUNT_IN_USE',
      `Git cannot be signed in, because ${why}.`,
      'Make GIT_CONFIG_COUNT, its keys and its values plain variables of the job, to which this task adds its own, or leave git out of the input tools.',
    );
  },
  find: async (tools) => {
    const program = await tools.find('git');
    return program === undefined ? [] : [program];
  },
  places: (tokenFile) => [
    { kind: 'file', path: gitTokenFileBeside(tokenFile), scope: azureDevOpsScope },
  ],
  signIn: async ([program], whom, world) =>
    program === undefined ? { isSignedIn: false, why: noProgram } : signInGit(program, whom, world),
  missing: (why) =>
    refusal(
      'GIT_MISSING',
      `The input tools names git, but ${why}.`,
      'Install git 2.31 or newer on the agent or in the job container, or leave it out of the input tools.',
    ),
};
