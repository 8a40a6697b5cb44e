import type { Suite } from 'mocha';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { programOnPath } from '../harness/stage.ts';

/** Whether a program is there; says loudly what is left out where it is not. */
export function has(program: string, what: string): boolean {
  if (programOnPath(program) !== undefined) return true;
  console.error(
    `\n  !! ${program} is missing: "${what}" is NOT run. Install ${program} to run it.\n`,
  );
  return false;
}

/** A suite that needs a program, and is left out where that is missing. */
export function describeWith(program: string, title: string, body: (this: Suite) => void): void {
  if (has(program, title)) describe(title, body);
}

/** Whether this process may act as another user; says loudly what is left out where it may not. */
export function mayActAsOthers(what: string): boolean {
  if (process.geteuid?.() === 0) return true;
  console.error(`\n  !! "${what}" is NOT run: it acts as another user, which only root may.\n`);
  return false;
}

/** Whether this process may mount volumes; says loudly what is left out where it may not. */
export function mayMount(what: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    console.error(`\n  !! "${what}" is NOT run: it mounts volumes, which is refused here.\n`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether modules may be laid out as on a Microsoft-hosted image; says loudly what is left out where
 * that is refused, or where the machine has modules there, which must stay as they are.
 * @param modulesOfImages where the images keep modules of Azure PowerShell.
 */
export function mayLayOutImage(what: string, modulesOfImages = '/usr/share'): boolean {
  try {
    const isThere = existsSync(modulesOfImages);
    accessSync(isThere ? modulesOfImages : dirname(modulesOfImages), constants.W_OK);
    const names = isThere ? readdirSync(modulesOfImages) : [];
    if (!names.some((name) => name.startsWith('az_'))) return true;
  } catch {
    // Said below.
  }
  console.error(
    `\n  !! "${what}" is NOT run: it needs a ${modulesOfImages} without az_*, and the right to write there.\n`,
  );
  return false;
}
