// Azure DevOps, Entra and Resource Manager as cheap as they can be: the right answers, with tokens
// that nobody signed. Under their real names, on port 443 of a network of their own.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [keyFile, ...hosts] = process.argv.slice(2);
const identities = JSON.parse(readFileSync(keyFile, 'utf8'));

/** The subscription that every identity sees. */
const listed = '3f0a5d1e-7c2b-4d6f-8e90-1a2b3c4d5e6f';

/** What was asked for so far, by service and connection. */
const visits = [];
let roundTripMs = 0;
let isEntraOutOfOrder = false;

const signature = randomBytes(256).toString('base64url');
const filling = randomBytes(480).toString('base64url');
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims) => `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${signature}`;
const now = () => Math.floor(Date.now() / 1000);

/** Connections and clients whose IDs begin so have tokens that live for seconds. */
const isHasty = (id) => id.startsWith('fa57');

const answers = {
  'dev.azure.com': (url) => {
    const id = url.searchParams.get('serviceConnectionId') ?? '';
    visits.push({ service: 'devops', id });
    const life = isHasty(id) ? 5 : 600;
    const claims = {
      iss: 'https://login.microsoftonline.com/00000000-0000-0000-0000-00000000aaaa/v2.0',
      sub: `/eid1/c/pub/t/tenant/a/application/sc/organization/${id}`,
      aud: 'fb60f99c-7a34-4190-8149-302f77469936',
      iat: now(),
      nbf: now() - 60,
      exp: now() + life,
      jti: filling.slice(0, 36),
    };
    return { status: 200, body: { oidcToken: jwt(claims) } };
  },
  'login.microsoftonline.com': (_, body) => {
    const form = new URLSearchParams(body);
    const id = form.get('client_id') ?? '';
    visits.push({ service: 'entra', id, scope: form.get('scope') ?? '' });
    if (isEntraOutOfOrder) return { status: 503, body: { error: 'temporarily_unavailable' } };
    const life = isHasty(id) ? 3 : 3599;
    const token = jwt({ aud: 'https://management.azure.com', exp: now() + life, x: filling });
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: life,
        ext_expires_in: life,
        access_token: token,
      },
    };
  },
  'management.azure.com': (url) => {
    visits.push({ service: 'arm', id: url.pathname });
    const last = url.pathname.split('/').at(-1);
    const view = (subscriptionId) => ({
      id: `/subscriptions/${subscriptionId}`,
      subscriptionId,
      displayName: 'Shop',
      state: 'Enabled',
    });
    const body = last === 'subscriptions' ? { value: [view(listed)] } : view(last);
    return { status: 200, body };
  },
};

for (const [index, host] of hosts.entries()) await open(host, `127.0.0.${index + 2}`);

process.on('message', ({ order, value }) => {
  if (order === 'distance') roundTripMs = value;
  if (order === 'entra out of order') isEntraOutOfOrder = value;
  process.send(order === 'visits' ? visits.splice(0) : 'done');
});
process.on('disconnect', () => process.exit());
process.send('ready');

function open(host, address) {
  const { certificate, key } = identities[host];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const { status, body } = answers[host](new URL(request.url, `https://${host}`), text);
      const bytes = Buffer.from(JSON.stringify(body));
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
      });
      response.end(bytes);
    });
  });
  const door = createTcpServer({ noDelay: true }, (client) => {
    if (roundTripMs === 0) server.emit('connection', client);
    else forward(client, server.address().port, roundTripMs);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => door.listen(443, address, resolve));
  });
}

/**
 * Puts distance between: every byte takes half a round trip, and the first leave the client one
 * round trip after it dialled, since the system accepts at once what a distant host would not.
 */
function forward(client, port, distanceMs) {
  const dialledAt = performance.now();
  const server = connect({ port, host: '127.0.0.1', noDelay: true });
  const delayed = (from, to, notBefore) => {
    let chain = Promise.resolve();
    const later = (work) => {
      const due = Math.max(performance.now(), notBefore) + distanceMs / 2;
      chain = chain.then(() => pause(Math.max(0, due - performance.now()))).then(work);
    };
    from.on('data', (chunk) => later(() => to.write(chunk)));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => later(() => to.destroy()));
  };
  delayed(client, server, dialledAt + distanceMs);
  delayed(server, client, 0);
}
