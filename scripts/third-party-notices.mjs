// The licences of the packages that ended up in the bundles.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One notice for each licence text, headed by the packages that it covers. */
export async function thirdPartyNotices(root, metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
        if (folder && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  const packagesOf = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version } = JSON.parse(
      await readFile(join(root, folder, 'package.json'), 'utf8'),
    );
    const licence = await licenceOf(join(root, folder), `${name} ${version}`);
    packagesOf.set(licence, [...(packagesOf.get(licence) ?? []), `${name} ${version}`]);
  }
  const notices = [...packagesOf].map(
    ([licence, packages]) => `${packages.join('\n')}\n\n${licence}\n`,
  );
  const line = `\n${'-'.repeat(80)}\n\n`;
  return `This extension contains code of the following packages.\n${line}${notices.join(line)}`;
}

async function licenceOf(folder, name) {
  const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
  if (file) return (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
  const { license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`The package ${name} says nothing about its licence.`);
  return `Licensed under ${license}.`;
}
