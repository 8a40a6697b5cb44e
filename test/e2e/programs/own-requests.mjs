// A tool of the job that asks again and again: reads its doors from standard input, and prints how long
// each answer took, in ms, when that ends. A process of its own, so that nothing of the test makes it wait.
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const betweenMs = 20;

/** Resolves with the status of one request on a connection of its own. */
function ask({ url, headers }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false }, (incoming) => {
      incoming.resume();
      incoming.on('error', reject);
      incoming.on('end', () => resolve(incoming.statusCode));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

let isOver = false;
let doors;
const waits = [];

async function askAll() {
  while (!isOver) {
    for (const door of doors) {
      const begun = performance.now();
      const status = await ask(door);
      if (status !== 200) throw new Error(`HTTP ${status}`);
      waits.push(performance.now() - begun);
    }
    await pause(betweenMs);
  }
  process.stdout.write(JSON.stringify(waits));
}

process.stdin.once('data', (text) => {
  doors = JSON.parse(text);
  askAll();
});
process.stdin.once('end', () => {
  isOver = true;
});
