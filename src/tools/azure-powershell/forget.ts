import { namedConnections } from '../../agent/connection-input.ts';
import { remembered } from '../../session/remembered.ts';
import type { Forget } from '../sign-in-tool.ts';
import { forgetContext } from './programs.ts';
import { contextName } from './scripts.ts';

/** Removes the context that this step made in the store of the agent's user. */
export const forgetAzurePowerShell: Forget = async ({ agent, tools, folders }) => {
  const context = agent.recall(remembered.powerShellContext);
  if (context === undefined) return;
  const { jobId = '' } = agent.jobVariables;
  // A printed line can name any context of this user's: only this step's own is removed.
  if (!namedConnections(agent).some((id) => context === contextName(id, jobId))) {
    agent.warn(
      `The context of Azure PowerShell that ${remembered.powerShellContext} names is not that of this step, so it was not removed. A step of this job, or a variable, has set it in place of this task.`,
    );
    return;
  }
  if (await forgetContext(context, agent.environment, { tools, folders })) return;
  agent.warn(
    `The sign-in of Azure PowerShell could not be removed: run Disconnect-AzAccount -ContextName ${context} as the user of this agent.`,
  );
};
