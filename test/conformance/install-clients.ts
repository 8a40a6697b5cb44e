import { installAll } from './install.ts';

await installAll((line) => console.log(line));
