import { installAll } from '../conformance/install.ts';
import { pip } from '../conformance/packages.ts';
import { oldestAndNewest, versions } from './versions.ts';

const wanted: readonly string[] = process.argv.includes('--ends') ? oldestAndNewest : versions;
const packages = wanted.map((version) => pip(`azure-cli-${version}`));
await installAll(packages, ['bash', 'curl', 'cmp'], (line) => console.log(line));
