import type { Connection } from '../administration/connection.ts';
import { administrationError } from '../administration/errors.ts';
import { connectionNamed } from '../administration/selection.ts';
import { awsTerraform, awsTrust } from '../trust/aws.ts';
import { googleTerraform, googleTrust } from '../trust/google.ts';
import { trustedToken } from '../trust/trusted-token.ts';
import { vaultTerraform, vaultTrust } from '../trust/vault.ts';
import { gather, type Breadth } from './gathering.ts';
import { exitCodes, type CommandWorld, type ExitCode } from './world.ts';

/** Who may be told to trust a connection. */
export const trustingSides = ['aws', 'google', 'vault'] as const;

export interface TrustOptions extends Breadth {
  readonly connection: string;
  readonly for: (typeof trustingSides)[number];
  readonly terraform: boolean;
  /** The AWS account whose IAM trusts, as the ARN in a policy has to name it. */
  readonly awsAccount?: string;
}

/** Prints what another cloud has to set up to trust one connection. Changes nothing anywhere. */
export async function trust(options: TrustOptions, world: CommandWorld): Promise<ExitCode> {
  const account = accountOf(options);
  const { connections } = await gather(options, world);
  const connection = connectionNamed(connections, options.connection);
  // Line by line: what reaches a terminal is one line at a time, with nothing in it that steers.
  for (const line of textFor(options, connection, account).split('\n')) world.terminal.out(line);
  world.terminal.note(
    'Whoever receives an ID token of this connection can present it at Entra while it lives: use one whose identity has no role in Azure.',
  );
  return exitCodes.fine;
}

function textFor(options: TrustOptions, connection: Connection, account: string): string {
  const token = trustedToken(connection);
  const { terraform } = options;
  switch (options.for) {
    case 'aws':
      return terraform ? awsTerraform(token) : awsTrust(token, account);
    case 'google':
      return terraform ? googleTerraform(token, connection) : googleTrust(token, connection);
    case 'vault':
      return terraform ? vaultTerraform(token) : vaultTrust(token);
  }
}

/** Only a policy in JSON names the account itself. */
function accountOf({ for: side, terraform, awsAccount = '' }: TrustOptions): string {
  if (side !== 'aws' || terraform || /^\d{12}$/.test(awsAccount)) return awsAccount;
  throw administrationError(
    'USAGE_INVALID',
    awsAccount === ''
      ? 'The policy for AWS names the account, which is not given.'
      : `"${awsAccount}" is not the ID of an AWS account.`,
    'Give its twelve digits with --aws-account.',
  );
}
