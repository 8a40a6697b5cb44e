import { randomBytes } from 'node:crypto';
import type { Chance } from '../../ports.ts';
import { Secret } from '../../secret.ts';

/** The system's randomness for capabilities; for jitter any will do. */
export const systemChance: Chance = {
  capability: () => new Secret(randomBytes(32).toString('base64url')),
  jitter: () => Math.random(),
};
