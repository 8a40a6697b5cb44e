// Yardsticks F1, F2 and F3: so many POSTs one after the other, each on a fresh TLS connection.
const { request } = require('node:https');

const body = '{}';
const post = ([url, ...others]) => {
  if (url === undefined) return;
  const options = {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  };
  const outgoing = request(url, options, (answer) => {
    if (answer.statusCode !== 200) process.exitCode = 1;
    answer.resume();
    answer.on('end', () => post(others));
  });
  outgoing.end(body);
};

post(process.argv.slice(2));
