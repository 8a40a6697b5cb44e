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

/** The same of servers that check the token themselves, by the recipe that must refuse it. */
export const serverRefusals = {
  vault: {
    audience: 'invalid audience (aud) claim: audience claim does not match any expected audience',
    subject: 'invalid subject (sub) claim',
    expired: 'invalid expiration time (exp) claim: token is expired',
  },
  kubernetes: {
    audience: 'oidc: expected audience',
    subject: 'another service connection',
    expired: 'oidc: token is expired',
  },
} as const;
