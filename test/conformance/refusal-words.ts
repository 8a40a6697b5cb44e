/** How other clouds refuse an ID token: parts of their messages that never change, and that the pages quote. */
export const refusalWords = {
  'wrong audience': {
    google: 'does not match the expected audience',
    aws: 'Incorrect token audience',
  },
  'wrong subject': {
    google: 'The given credential is rejected by the attribute condition.',
    aws: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  },
  'expired token': {
    google: 'is stale to sign-in',
    aws: 'Token expired: current date/time',
  },
} as const;
