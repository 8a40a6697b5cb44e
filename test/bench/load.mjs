// Sends requests over plain sockets and measures each: much cheaper than the server that it tries.
import { connect } from 'node:net';

/** { port, request, clients, total, fresh } */
const order = JSON.parse(process.argv[2]);
const request = Buffer.from(order.request, 'latin1');
const latencies = new Float64Array(order.total);
let asked = 0;
let answered = 0;
let errors = 0;
let dialled = 0;

const begun = performance.now();
await Promise.all(Array.from({ length: order.clients }, () => client()));
const sorted = latencies.subarray(0, answered).sort();
const at = (share) => sorted[Math.min(answered - 1, Math.floor(answered * share))] ?? 0;
process.send({
  p50: at(0.5),
  p99: at(0.99),
  errors,
  perSecond: (answered / (performance.now() - begun)) * 1000,
});

async function client() {
  let line;
  while (asked < order.total) {
    asked += 1;
    const since = performance.now();
    line ??= await dial();
    const isGood = await line.ask();
    if (isGood) latencies[answered++] = performance.now() - since;
    else errors += 1;
    if (order.fresh || !isGood) {
      line.end();
      line = undefined;
    }
  }
  line?.end();
}

/** From many loopback addresses, so that ports that wait to be free again do not run out. */
function dial() {
  const localAddress = `127.0.1.${(dialled++ % 250) + 1}`;
  const socket = connect({ port: order.port, host: '127.0.0.1', localAddress, noDelay: true });
  let settle;
  let received = '';
  let expected;
  const done = (isGood) => {
    received = '';
    expected = undefined;
    settle?.(isGood);
    settle = undefined;
  };
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    received += text;
    expected ??= lengthOf(received);
    if (expected !== undefined && received.length >= expected)
      done(received.startsWith('HTTP/1.1 200 '));
  });
  socket.on('error', () => done(false));
  socket.on('close', () => done(false));
  const ask = () =>
    new Promise((resolve) => {
      settle = resolve;
      if (socket.destroyed) done(false);
      else socket.write(request);
    });
  return new Promise((resolve) => {
    const ready = () => resolve({ ask, end: () => socket.end() });
    socket.once('connect', ready);
    socket.once('error', ready);
  });
}

/** Of the whole answer, once its header is complete. */
function lengthOf(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  return end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
}
