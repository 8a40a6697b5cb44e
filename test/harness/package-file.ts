import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/**
 * The one package in a folder; by default what `npm run package` left in `dist/`.
 * @throws {Error} one sentence that says what to run, where there is none or more than one.
 */
export function packageIn(folder: string = dist): string {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const [name, ...others] = names.filter((file) => file.endsWith('.vsix'));
  if (name === undefined) throw new Error(`No package in ${folder}: run npm run package first.`);
  if (others.length > 0) throw new Error(`More than one package in ${folder}: keep one.`);
  return join(folder, name);
}
