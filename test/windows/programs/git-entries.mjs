// Shows the entries of its configuration that git would find, and whether its helper would find a token.
import { readFileSync } from 'node:fs';

const { GIT_CONFIG_COUNT: count, WORKLOAD_IDENTITY_GIT_TOKEN_FILE: file } = process.env;
for (let entry = 0; entry < Number(count); entry += 1) {
  const { [`GIT_CONFIG_KEY_${entry}`]: key, [`GIT_CONFIG_VALUE_${entry}`]: value } = process.env;
  console.log(`${key} = ${JSON.stringify(value?.replace(/ .*/, ''))}`);
}
console.log(`token of ${readFileSync(file, 'utf8').split('.').length} parts`);
