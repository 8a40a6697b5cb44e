// Yardstick T: a trivial server whose answer has the size of an ID-token answer.
const { createServer } = require('node:http');

const body = 'x'.repeat(Number(process.argv[2]));
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': body.length,
  'cache-control': 'no-store',
};
const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
