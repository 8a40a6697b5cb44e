import type { Clock } from '../../src/ports.ts';
import type { AzureCli } from '../administration/azure-cli.ts';
import type { Directory } from '../administration/identity.ts';
import type { Journal } from '../administration/journal.ts';
import type { Membership } from '../administration/organization-user.ts';
import type { Organization } from '../administration/organization.ts';
import type { Stop } from '../administration/parallel.ts';
import type { Repository } from '../administration/repository.ts';
import type { Web } from '../administration/web.ts';

/** How something stands, which a terminal may show by a colour. */
export type Tone = 'good' | 'warning' | 'bad';

/** What people see. */
export interface Terminal {
  /** A line of the result. */
  out(line: string, tone?: Tone): void;
  /** The result, for programs. */
  outJson(value: unknown): void;
  /** Columns of text; each row may have its tone. */
  outTable(
    head: readonly string[],
    body: readonly (readonly string[])[],
    tones?: readonly (Tone | undefined)[],
  ): void;
  /** Lines of comma-separated values. */
  outCsv(lines: readonly string[]): void;
  /** A line beside the result. */
  note(line: string, tone?: Tone): void;
  /** How far it is; shown only where somebody looks on. */
  progress(text: string): void;
}

/** All that the commands touch of the world. */
export interface CommandWorld {
  readonly organization: Organization;
  readonly devops: Web;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly azureCli: AzureCli;
  /** Tenant of the organization, where the command line names it. */
  readonly devopsTenant: string | undefined;
  /** Who asks Azure DevOps by Entra; undefined where a personal access token does. */
  readonly whoAmI: () => Promise<OwnAccount | undefined>;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly stop: Stop;
  readonly openJournal: (
    path: string,
  ) => Promise<Journal & { readonly text: string; readonly close: () => Promise<void> }>;
  readonly readText: (path: string) => string;
  readonly readYaml: Repository['readYaml'];
}

/** An account, by every name that another program may show for it. */
export interface OwnAccount {
  readonly tenantId: string;
  readonly names: readonly string[];
}

/** How a command ends, for whoever called it. */
export const exitCodes = {
  /** All that was asked for is done, or was so already. */
  fine: 0,
  /** Nothing was done, or doctor found a problem. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** Part of it is done; running the command again does the rest. */
  partly: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type OutputForm = 'table' | 'json' | 'csv';
