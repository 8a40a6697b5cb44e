import { azureCliVariables } from '../../delivery/variables/azure-variables.ts';
import { refusal } from '../../errors.ts';
import type { SignInTool } from '../sign-in-tool.ts';
import { planSignIn } from './plan.ts';
import { profileOf, signInAzureCli } from './sign-in.ts';

const noProgram = 'there is no az on the PATH of this agent';

/** Azure CLI, in a private profile of the job. */
export const azureCli: SignInTool = {
  name: 'azureCli',
  title: 'Azure CLI',
  noProgram,
  find: async (tools) => {
    const program = await tools.find('az');
    return program === undefined ? [] : [program];
  },
  plan: planSignIn,
  places: (tokenFile, { cloud }, plan) => [
    { kind: 'azure-cli', profile: profileOf(tokenFile, cloud, plan) },
  ],
  useOf: (session) => (session === 'managedIdentity' ? 'azureCli' : undefined),
  signIn: async ([program], whom, world) => {
    if (program === undefined) return { isSignedIn: false, why: noProgram };
    const profile = await signInAzureCli(program, whom, world);
    return { isSignedIn: true, variables: azureCliVariables(profile) };
  },
  missing: (why) =>
    refusal(
      'AZURE_CLI_MISSING',
      `The input tools names azureCli, but ${why}.`,
      'Install Azure CLI on the agent or in the job container, or leave it out of the input tools.',
    ),
};
