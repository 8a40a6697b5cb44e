/** The task variables by which the post-job step knows what the main step left. */
export const remembered = {
  /** The broker that this task started. */
  brokerId: 'workloadIdentityBroker',
  /** Set where this task failed, and ended that broker itself. */
  hasEnded: 'workloadIdentityEnded',
  /** The directory of a token file that nobody keeps fresh. */
  directory: 'workloadIdentityDirectory',
  /** The sign-in of Azure PowerShell, which lies in the user's own directory. */
  powerShellContext: 'workloadIdentityPowerShellContext',
} as const;
