import { pins } from '../conformance/packages.ts';
import { cached } from '../conformance/paths.ts';

/** The versions that are compared, the oldest first: where az changed how it signs in, and the ends. */
export const versions = [
  '2.45.0',
  '2.60.0',
  pins.azureCli.old,
  '2.73.0',
  '2.77.0',
  '2.85.0',
  pins.azureCli.newest,
] as const;

/** The ends of the row: `npm run side-by-side -- --ends` compares these alone. */
export const oldestAndNewest = [versions[0], pins.azureCli.newest] as const;

/** The folder of an Azure CLI's virtual environment. */
export const environmentOf = (version: string): string => cached(`azure-cli-${version}`);
