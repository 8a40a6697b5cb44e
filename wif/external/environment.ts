import { Secret } from '../../src/secret.ts';

/** What `wif` takes from its environment. */
export const environment = {
  /** Azure CLI's own name for it, so that one variable serves both. */
  get personalAccessToken(): Secret | undefined {
    const value = process.env['AZURE_DEVOPS_EXT_PAT'];
    return value === undefined || value === '' ? undefined : new Secret(value);
  },
  /** Where `DefaultAzureCredential` would sign in, if that is not the public cloud's Entra. */
  get authorityHost(): URL | undefined {
    const value = process.env['AZURE_AUTHORITY_HOST'] ?? '';
    return URL.canParse(value) ? new URL(value) : undefined;
  },
  get arguments(): readonly string[] {
    return process.argv;
  },
  /** Whether the command line asks for JSON, also where the rest of it makes no sense. */
  get wantsJson(): boolean {
    return /(?:^| )--output[= ]json(?: |$)/.test(process.argv.join(' '));
  },
  /** The process ends by itself, once everything is written. */
  endWith(code: number): void {
    process.exitCode = code;
  },
} as const;

/** Fires at the first Ctrl-C; the second ends the process, as anyone would expect. */
export function onInterruption(interrupted: () => void): void {
  process.once('SIGINT', () => {
    interrupted();
    process.once('SIGINT', () => process.exit(130));
  });
}
