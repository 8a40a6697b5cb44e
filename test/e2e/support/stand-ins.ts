import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { StageOptions } from '../../harness/stage.ts';
import { useTheatre, type Theatre } from './theatre.ts';

const standIn = join(import.meta.dirname, '..', 'stand-ins', 'stand-in.mjs');

/**
 * A theatre whose steps find stand-ins of programs on their PATH.
 * @param programs the names of the programs, for example az.
 */
export function useStandIns(
  programs: readonly string[],
  options: StageOptions & { readonly blobStorage?: boolean } = {},
): Theatre {
  const folder = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  const path = [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const theatre = useTheatre({ ...options, environment: { ...options.environment, PATH: path } });
  before(() => {
    for (const name of programs) symlinkSync(standIn, join(folder, name));
    writeFileSync(join(folder, 'subscription'), theatre.emulator.subscriptionId);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return theatre;
}
