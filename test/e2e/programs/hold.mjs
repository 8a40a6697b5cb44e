// Tells the test which variables a step sees here, and holds the job up until the test lets it go.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const place = process.argv[2];
const file = (name) => join(process.env.AGENT_WORKFOLDER, name);
writeFileSync(file(`${place}.draft`), JSON.stringify(process.env));
renameSync(file(`${place}.draft`), file(`held-${place}.json`));
const giveUpAt = Date.now() + 900_000;
// Not when the whole folder is gone, either.
const isHeld = () =>
  existsSync(file(`held-${place}.json`)) && !existsSync(file(`released-${place}`));
while (isHeld() && Date.now() < giveUpAt) await pause(50);
