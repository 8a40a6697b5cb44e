import { whyNoContainers } from './containers/engine.ts';
import { installAll } from './install.ts';
import { called, optionalPackages, packages } from './packages.ts';

const without = whyNoContainers();
if (without !== undefined) console.log(`The rows with containers are left out: ${without}.`);
await installAll([...optionalPackages, ...packages], called, (line) => console.log(line));
