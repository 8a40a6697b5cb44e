/** What an attacker on the same host may know: everything but what opens the door. */
export interface Target {
  readonly host: string;
  readonly path: string;
  readonly own: string;
  readonly foreign: string;
  readonly msi: string;
  readonly msiHeader: string;
  readonly control: string;
}

const get = (path: string, host: string, ...more: string[]): string =>
  [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...more, 'Connection: close', '', ''].join('\r\n');
const bearer = (capability: string): string => `Authorization: Bearer ${capability}`;
const post = (path: string, host: string, ...more: string[]): string =>
  [`POST ${path} HTTP/1.1`, `Host: ${host}`, ...more, '', ''].join('\r\n');

/**
 * The request that an attack smuggles. Its capability is the right one, so that it is served
 * wherever it is taken for a request of its own: the attack shows as a second answer, or a good one.
 */
export const hidden = ({ path, host, own }: Target): string => get(path, host, bearer(own));

/** Requests that must not be served, as bytes. */
export const attacks: Readonly<Record<string, (target: Target) => string>> = {
  'no capability': ({ path, host }) => get(path, host),
  'an empty capability': ({ path, host }) => get(path, host, 'Authorization: Bearer '),
  'a wrong capability': ({ path, host }) => get(path, host, bearer('A'.repeat(43))),
  'a truncated capability': (it) => get(it.path, it.host, bearer(it.own.slice(0, -1))),
  'a capability that is too long': (it) => get(it.path, it.host, bearer(`${it.own}A`)),
  'the capability of another connection': (it) => get(it.path, it.host, bearer(it.foreign)),
  'the control capability': (it) => get(it.path, it.host, bearer(it.control)),
  'the capability of the other endpoint': (it) => get(it.path, it.host, bearer(it.msiHeader)),
  'two capabilities': (it) => get(it.path, it.host, bearer('A'), bearer(it.own)),
  'the capability in the query': (it) => get(`${it.path}&token=${it.own}`, it.host),
  'the capability as a cookie': (it) => get(it.path, it.host, `Cookie: Bearer=${it.own}`),
  'Basic authentication': (it) => get(it.path, it.host, `Authorization: Basic ${it.own}`),
  'the ID-token capability at the other endpoint': (it) => get(it.msi, it.host, bearer(it.own)),
  'two identity headers': (it) =>
    get(it.msi, it.host, ...Array<string>(2).fill(`X-IDENTITY-HEADER: ${it.msiHeader}`)),
  'the capability of a client at the control routes': (it) =>
    `POST /control/access-token HTTP/1.1\r\nHost: ${it.host}\r\n${bearer(it.own)}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
  'a page in a browser': (it) =>
    get(it.path, it.host, 'Origin: https://evil.example', bearer(it.own)),
  'a null origin': (it) => get(it.path, it.host, 'Origin: null', bearer(it.own)),
  'a preflight': ({ path, host }) =>
    `OPTIONS ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n`,
  'a request that a proxy passed on': (it) =>
    get(it.path, it.host, 'X-Forwarded-For: 10.0.0.1', bearer(it.own)),
  'a page that was opened from the address bar': (it) =>
    get(it.path, it.host, 'Sec-Fetch-Site: none', bearer(it.own)),
  'a request by way of a proxy': (it) => get(it.path, it.host, 'Via: 1.1 proxy', bearer(it.own)),
  'a request that was forwarded': (it) =>
    get(it.path, it.host, 'Forwarded: for=10.0.0.1', bearer(it.own)),
  'a rebound DNS name': (it) =>
    get(it.path, `evil.example:${it.host.split(':')[1] ?? ''}`, bearer(it.own)),
  'the name localhost': (it) =>
    get(it.path, it.host.replace('127.0.0.1', 'localhost'), bearer(it.own)),
  'two hosts': (it) => get(it.path, it.host, `Host: ${it.host}`, bearer(it.own)),
  'an absolute target': (it) => get(`http://${it.host}${it.path}`, it.host, bearer(it.own)),
  'dots in the path': (it) =>
    get(it.path.replace('/connections', '/x/../connections'), it.host, bearer(it.own)),
  'an escaped path': (it) =>
    get(it.path.replace('/id-token', '%2fid-token'), it.host, bearer(it.own)),
  'a double slash': (it) => get(`/${it.path}`, it.host, bearer(it.own)),
  'a path parameter': (it) =>
    get(it.path.replace('/id-token', '/id-token;x'), it.host, bearer(it.own)),
  'a NUL in the path': (it) =>
    get(it.path.replace('/id-token', '/id-token%00'), it.host, bearer(it.own)),
  'the name of a built-in': ({ host }) =>
    get('/connections/__proto__/id-token?v=1', host, bearer('undefined')),
  TRACE: (it) =>
    `TRACE ${it.path} HTTP/1.1\r\nHost: ${it.host}\r\nX-A: 1\r\nConnection: close\r\n\r\n`,
  CONNECT: ({ host }) => `CONNECT dev.azure.com:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  'an upgrade': ({ host, path }) =>
    get(path, host, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
  // Whichever of the two is believed, the rest is a request.
  'a length beside chunks (CL.TE)': (it) =>
    `${post(it.path, it.host, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden(it)}`,
  'chunks that are hidden (TE.CL)': (it) =>
    `${post(it.path, it.host, 'Transfer-Encoding: xchunked', 'Content-Length: 4')}5c\r\n${hidden(it)}`,
  'chunks behind a space (TE.TE)': (it) =>
    `${post(it.path, it.host, 'Transfer-Encoding : chunked', 'Content-Length: 5')}0\r\n\r\n${hidden(it)}`,
  'two lengths': (it) =>
    `${post(it.path, it.host, 'Content-Length: 0', `Content-Length: ${hidden(it).length}`)}${hidden(it)}`,
  'a length with a sign': (it) => `${post(it.path, it.host, 'Content-Length: +0')}${hidden(it)}`,
  'a request in the body of another': (it) =>
    `${post(it.path, it.host, `Content-Length: ${hidden(it).length}`)}${hidden(it)}`,
  'a request in a chunk of another': (it) =>
    `${post(it.path, it.host, 'Transfer-Encoding: chunked')}${hidden(it).length.toString(16)}\r\n${hidden(it)}\r\n0\r\n\r\n`,
  'a folded header': (it) =>
    `GET ${it.path} HTTP/1.1\r\nHost: ${it.host}\r\nAuthorization: Bearer\r\n ${it.own}\r\n\r\n`,
  'bare line feeds': (it) => `GET ${it.path} HTTP/1.1\nHost: ${it.host}\n${bearer(it.own)}\n\n`,
  'a carriage return in a header': (it) =>
    `GET ${it.path} HTTP/1.1\r\nHost: ${it.host}\r\nX: a\r${bearer(it.own)}\r\n\r\n`,
  'HTTP/0.9': ({ path }) => `GET ${path}\r\n\r\n`,
  'the beginning of HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a TLS handshake': () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'one huge header': (it) => get(it.path, it.host, `X-A: ${'a'.repeat(1_000_000)}`),
  'ten thousand headers': (it) => get(it.path, it.host, ...Array<string>(10_000).fill('X-A: 1')),
  'a huge target': ({ host }) => get(`/${'a'.repeat(1_000_000)}`, host),
  'a huge body': (it) =>
    `POST ${it.path} HTTP/1.1\r\nHost: ${it.host}\r\nContent-Length: 10000000\r\n\r\n${'a'.repeat(10_000_000)}`,
  'endless chunks': (it) =>
    `POST ${it.path} HTTP/1.1\r\nHost: ${it.host}\r\nTransfer-Encoding: chunked\r\n\r\n${`ffff\r\n${'a'.repeat(0xffff)}\r\n`.repeat(20)}`,
};
