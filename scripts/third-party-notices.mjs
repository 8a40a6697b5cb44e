// The licences of the packages that ended up in the bundles.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The packages whose code is in the bundles, by name.
 *
 * @returns {Promise<readonly { name: string, version: string, folder: string }[]>}
 */
export async function bundledPackages(root, metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
        if (folder && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return Promise.all(
    [...folders].sort().map(async (folder) => {
      const manifest = await readFile(join(root, folder, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(manifest);
      return { name, version, folder };
    }),
  );
}

/** One notice for each licence text, headed by the packages that it covers. */
export async function thirdPartyNotices(root, packages) {
  const packagesOf = new Map();
  for (const { name, version, folder } of packages) {
    const licence = await licenceOf(join(root, folder), `${name} ${version}`);
    packagesOf.set(licence, [...(packagesOf.get(licence) ?? []), `${name} ${version}`]);
  }
  const notices = [...packagesOf].map(([licence, names]) => `${names.join('\n')}\n\n${licence}\n`);
  const line = `\n${'-'.repeat(80)}\n\n`;
  return `This package contains code of the following packages.\n${line}${notices.join(line)}`;
}

async function licenceOf(folder, name) {
  const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
  if (file) return (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
  const { license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`The package ${name} says nothing about its licence.`);
  return `Licensed under ${license}.`;
}
