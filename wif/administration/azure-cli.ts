import { parsed } from '../../src/json-text.ts';
import type { ToolOutcome, Tools } from '../../src/ports.ts';
import { recordOf, shown, textOf } from './answer.ts';
import { administrationError } from './errors.ts';

/** Who is signed in, as far as two sign-ins can be compared. */
export interface Account {
  readonly tenantId: string;
  /** User principal name, or the client ID of a service principal. */
  readonly name: string;
}

/** What became of a command that asks Azure DevOps for a move. */
export type MoveAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly message: string }
  /** Nobody knows whether Azure DevOps was asked. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Azure CLI, as far as a move needs it. Names reach it as arguments, without a shell. */
export interface AzureCli {
  account(): Promise<Account>;
  moveIssuer(subject: string, tenantId: string): Promise<MoveAnswer>;
}

/** Azure CLI may start slowly, and installs its extension at the first use, in ms. */
const maxCommandMs = 180_000;

/** A token in this variable would be used in place of the sign-in that was compared. */
const withoutToken = { AZURE_DEVOPS_EXT_PAT: undefined } as const;

/**
 * The arguments of the documented command that moves one connection to Entra's issuer
 * (https://learn.microsoft.com/cli/azure/devops/service-endpoint#az-devops-service-endpoint-convert).
 */
export function moveArguments(subject: string, tenantId: string): readonly string[] {
  const about = ['--azdo-subject', subject, '--tenant-id', tenantId];
  return ['devops', 'service-endpoint', 'convert', ...about, '--output', 'json'];
}

/** Azure CLI of this machine. */
export function azureCliOf(tools: Tools): AzureCli {
  const run = async (args: readonly string[]): Promise<ToolOutcome> => {
    const program = await tools.find('az');
    if (program === undefined) throw missing();
    return tools.run({
      program,
      arguments: args,
      environment: withoutToken,
      timeoutMs: maxCommandMs,
    });
  };
  return {
    async account() {
      const outcome = await run(['account', 'show', '--output', 'json']);
      const value = recordOf(parsed(outcome.output));
      const tenantId = textOf(value['tenantId']);
      const name = textOf(recordOf(value['user'])['name']);
      if (outcome.exitCode !== 0 || tenantId === undefined || name === undefined) throw signedOut();
      return { tenantId, name };
    },
    async moveIssuer(subject, tenantId) {
      const { exitCode, output, errors } = await run(moveArguments(subject, tenantId));
      const answer = recordOf(parsed(output));
      if (exitCode === 0 && answer['success'] === true) return { kind: 'accepted' };
      const message = shown(textOf(answer['message']) ?? errors.replace(/^ERROR: */, '').trim());
      return exitCode === undefined ? { kind: 'unknown', message } : { kind: 'refused', message };
    },
  };
}

function missing(): Error {
  return administrationError(
    'AZURE_CLI_UNUSABLE',
    'Azure CLI (az) is not on the PATH, and only its command moves a connection to another issuer.',
    'Install Azure CLI with its extension azure-devops, sign in with az login, and run the command again.',
  );
}

function signedOut(): Error {
  return administrationError(
    'AZURE_CLI_UNUSABLE',
    'Azure CLI does not say who is signed in.',
    'Run az login --tenant <tenant of the organization>, and run the command again.',
  );
}
