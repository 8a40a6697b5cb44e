/**
 * What to do about the failures that can befall a job while its tokens are kept fresh: the words of
 * the log and of the results tab. Those of Entra's numbers stand in `access-token/entra-failures.ts`.
 */
export const remedies = {
  PROXY_SIGN_IN_REFUSED:
    'Give the agent what its proxy wants: config.sh --proxyurl --proxyusername --proxypassword, or the user and password in the address in HTTPS_PROXY.',
  JOB_TOKEN_REFUSED:
    'The token ends with the job, or after one to two days: split the work into shorter jobs, and check that the job was not cancelled.',
  CONNECTION_NOT_REFERENCED:
    'Name the connection in the azureSubscription input of a task in this very job (azureDevOpsServiceConnection for one to Azure DevOps); a task with condition: false is enough.',
  CONNECTION_NOT_FOUND:
    'Check that the connection exists, is not disabled, and that this pipeline is permitted to use it (Service connections, Security).',
  ID_TOKEN_REFUSED:
    'Check that this pipeline is permitted to use the connection (Service connections, Security), then run the job again.',
  DEVOPS_THROTTLED:
    'Wait a few minutes; look at Organization settings, Usage, for what asks so often.',
  DEVOPS_UNAVAILABLE: 'Look at https://status.dev.azure.com and run the job again.',
  DEVOPS_SIGN_IN_PAGE:
    "Check that no proxy or gateway between the agent and Azure DevOps asks for a sign-in, and that the organization's address is current.",
  DEVOPS_ANSWER_UNREADABLE:
    'Run the job again; if it stays so, look for a proxy that changes answers.',
  ENTRA_THROTTLED:
    'Wait a few minutes and run the job again; spread jobs that start at the same moment.',
  ENTRA_UNAVAILABLE:
    'Look at https://azure.status.microsoft, and for a proxy that changes answers.',
  TEMP_FOLDER_UNWRITABLE:
    'Give the agent a work folder that it can write to, with free space and inodes (df, df -i), and look for a step that fills or removes Agent.TempDirectory.',
  UNEXPECTED: 'This is a bug of the task: report it with the log, which shows where it happened.',
} as const;
