// Tells the test which variables a step sees here, and holds the job up until the test lets it go.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const place = process.argv[2];
const file = (name) => join(process.env.AGENT_WORKFOLDER, name);
writeFileSync(file(`${place}.draft`), JSON.stringify(process.env));
renameSync(file(`${place}.draft`), file(`held-${place}.json`));
const giveUpAt = Date.now() + 900_000;
while (!existsSync(file(`released-${place}`)) && Date.now() < giveUpAt) await pause(50);
