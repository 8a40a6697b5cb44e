// Another user of the machine: holds many connections to a port, asks on each without a capability,
// and opens a new one wherever it is cut off.
import { connect } from 'node:net';

const [port = '', count = ''] = process.argv.slice(2);
const request = `GET /connections/x/id-token HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
let opened = 0;

function hold() {
  const socket = connect(Number(port), '127.0.0.1', () => {
    opened += 1;
    if (opened === Number(count)) process.stdout.write('holding\n');
    // Every other one says nothing at all.
    if (opened % 2 === 0) socket.write(request);
  });
  socket.resume();
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(hold, 5_000));
}

for (let begun = 0; begun < Number(count); begun += 1) setTimeout(hold, begun / 2);
