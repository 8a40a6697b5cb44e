#!/usr/bin/env node
// Stands for Azure CLI and its extension azure-devops: it checks its arguments, and asks the test.
const words = process.argv.slice(2);
const desk = process.env.AZ_STAND_IN;
const answer = await fetch(desk, { method: 'POST', body: JSON.stringify(words) });
const { code, out, err } = await answer.json();
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = code;
