// Changes what is about to be packed: its version, or into a preview that stands beside the release.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Agents download a task again only when its version has changed, and the marketplace refuses a
 * version that it has: so each preview gets a version of its own.
 */
export async function stampPatch(folder, patch) {
  // The marketplace reads each part of a version as a signed number of 32 bits.
  if (!/^\d+$/.test(patch) || Number(patch) >= 2 ** 31) {
    throw new Error(`--patch must be a whole number below 2147483648, not ${patch}.`);
  }
  await changeManifests(folder, {
    extension: ({ version, ...others }) => ({
      ...others,
      version: version.replace(/\d+$/, String(Number(patch))),
    }),
    task: ({ version, ...others }) => ({
      ...others,
      version: { ...version, Patch: Number(patch) },
    }),
  });
}

/**
 * Azure DevOps knows a task by its ID, and a name that two tasks have is ambiguous in each pipeline
 * that uses it: so a preview has IDs and names of its own, and may stand beside the release.
 */
export async function stampPreview(folder) {
  await changeManifests(folder, {
    extension: ({ name, contributions, ...others }) => ({
      ...others,
      name: `${name} (preview)`,
      contributions: contributions.map(forPreview),
    }),
    task: ({ id, name, friendlyName, ...others }) => ({
      ...others,
      id: idOfPreview(id),
      name: `${name}Preview`,
      friendlyName: `${friendlyName} (preview)`,
    }),
  });
}

const taskType = 'ms.vss-distributed-task.task';

/** A tab shows on the runs of the tasks that it names: those of its own package. */
function forPreview({ properties, ...others }) {
  const { supportsTasks } = properties;
  if (supportsTasks === undefined) return { ...others, properties };
  return {
    ...others,
    properties: { ...properties, supportsTasks: supportsTasks.map(idOfPreview) },
  };
}

async function changeManifests(folder, change) {
  const extension = await changeJson(join(folder, 'vss-extension.json'), change.extension);
  for (const { type, properties } of extension.contributions) {
    if (type !== taskType) continue;
    await changeJson(join(folder, properties.name, 'task.json'), change.task);
  }
}

async function changeJson(file, change) {
  const changed = change(JSON.parse(await readFile(file, 'utf8')));
  await writeFile(file, `${JSON.stringify(changed, null, 2)}\n`);
  return changed;
}

/** The UUID of version 5 (RFC 9562, section 5.5) of the word `preview`, with the task as namespace. */
export function idOfPreview(id) {
  const namespace = Buffer.from(id.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update('preview').digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
