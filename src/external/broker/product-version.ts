import { readFileSync } from 'node:fs';

/** The version of the task beside whose manifest this bundle lies; 0.0.0 where none can be read. */
export function productVersion(): string {
  try {
    const text = readFileSync(new URL('task.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as {
      version: { Major: number; Minor: number; Patch: number };
    };
    return `${version.Major}.${version.Minor}.${version.Patch}`;
  } catch {
    return '0.0.0';
  }
}
