import type { Clock } from '../../src/ports.ts';
import type { Directory } from '../administration/identity.ts';
import type { Journal } from '../administration/journal.ts';
import type { Organization } from '../administration/organization.ts';
import type { Stop } from '../administration/parallel.ts';
import type { Web } from '../administration/web.ts';

/** What people see. */
export interface Terminal {
  /** The result, for people or programs. */
  out(text: string): void;
  /** What is beside the result. */
  note(text: string): void;
  /** How far it is; shown only where somebody looks on. */
  progress(text: string): void;
  /** Columns of text. */
  table(head: readonly string[], body: readonly (readonly string[])[]): string;
}

/** All that the commands touch of the world. */
export interface CommandWorld {
  readonly organization: Organization;
  readonly devops: Web;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly stop: Stop;
  readonly openJournal: (
    path: string,
  ) => Promise<Journal & { readonly text: string; readonly close: () => Promise<void> }>;
  readonly readText: (path: string) => string;
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
