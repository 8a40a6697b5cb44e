import assert from 'node:assert/strict';
import { Secret } from '../../../src/secret.ts';
import { lastWords } from '../../../src/tools/last-words.ts';

const claims = Buffer.from('{"sub":"sc://contoso/shop/production","exp":1}').toString('base64url');
const signature = 'kXq9sWm2_Zt-7Lr4Yb1Nc8Vd3Hf6Gj5Pa0Qe_UoTiRw';
const jwt = `eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${claims}.${signature}`;
const capability = 'Zk3nQ8vRt1LwXy5Bd7Hc0Jm2Pf4Sg6Ua9We_Ei-OoTb';
const password = 'pa55 wörd';
const known = [jwt, capability, password].map((text) => new Secret(text));
const foreign = `eyJhbGciOiJSUzI1NiJ9.${claims.replace('s', 'S')}.abc-DEF_ghi`;
const guid = '1f9b4c5e-7d3a-4f82-9c61-0a2b3c4d5e6f';

/** What stands for a part of a credential: no such part may be quoted. */
const pieces = [jwt, capability, password, foreign].flatMap((text) =>
  text.split('.').flatMap((part) => [part.slice(0, 12), part.slice(-12)]),
);

interface Output {
  readonly printed: string;
  readonly wrote: string;
  readonly quoted: string | undefined;
}

const outputs: readonly Output[] = [
  { printed: 'nothing', wrote: '', quoted: undefined },
  { printed: 'blanks and line breaks only', wrote: ' \r\n\t\n\u00a0', quoted: undefined },
  {
    printed: 'a cause of az, and an empty line',
    wrote: `WARNING: old\nERROR: No subscriptions found for ${guid}.\n\n`,
    quoted: `ERROR: No subscriptions found for ${guid}.`,
  },
  {
    printed: 'a cause of PowerShell',
    wrote: "A parameter cannot be found that matches parameter name 'FederatedToken'.\r\n",
    quoted: "A parameter cannot be found that matches parameter name 'FederatedToken'.",
  },
  {
    printed: 'a line with marks only behind the cause',
    wrote: 'Line |\n     | The SSL connection could not be established.\n     | ~~~~~~~~\n',
    quoted: 'The SSL connection could not be established.',
  },
  {
    printed: 'a certificate that is not trusted',
    wrote:
      'HTTPSConnectionPool: Max retries exceeded (CERTIFICATE_VERIFY_FAILED: _ssl.c:1007) in /usr/lib/python3.11/ssl.py',
    quoted:
      'HTTPSConnectionPool: Max retries exceeded (CERTIFICATE_VERIFY_FAILED: _ssl.c:1007) in /usr/lib/python3.11/ssl.py',
  },
  {
    printed: 'a shared access signature without its address',
    wrote: 'refused for se=2026-12-01&sp=rl&sig=aB%2Fc9%2BdEf%3D',
    quoted: 'refused for se=2026-12-01&sp=rl&sig=***',
  },
  {
    printed: 'a shared access signature that is encoded once, and twice',
    wrote: 'refused for se%3D2026%26sig%3DabC1%252Bx and x%253Fse%253D2026%2526sig%253DabC2',
    quoted: 'refused for se%3D2026%26sig%3D*** and x%253Fse%253D2026%2526sig%253D***',
  },
  {
    printed: 'a proxy whose password has an @',
    wrote: 'cannot reach http://svc:p@ssw0rd@proxy.contoso.com:8080 now',
    quoted: 'cannot reach http://***proxy.contoso.com:8080 now',
  },
  {
    printed: 'a proxy whose password has a slash',
    wrote: 'cannot reach http://svc:Pa/ss@proxy:8080 now',
    quoted: 'cannot reach http://***proxy:8080 now',
  },
  {
    printed: 'a proxy without a scheme',
    wrote: 'cannot reach svc:Winter24@proxy:8080 now',
    quoted: 'cannot reach ***proxy:8080 now',
  },
  {
    printed: 'a proxy without a port',
    wrote: 'proxy svc:Winter24@proxy refused',
    quoted: 'proxy ***proxy refused',
  },
  {
    printed: 'passwords by their short names',
    wrote: 'User Id=sa;Pwd=Hunter2! DB_PASS=Hunter2! pass: Hunter2! pat: abc1234 Cookie: abcd1234',
    quoted: 'User Id=sa;Pwd=*** DB_PASS=*** pass: *** pat: *** Cookie: ***',
  },
  {
    printed: 'words that begin as names do',
    wrote: 'the passport: blue, the pattern: a, the path: /usr/bin',
    quoted: 'the passport: blue, the pattern: a, the path: /usr/bin',
  },
  {
    printed: 'a known token',
    wrote: `cannot use ${jwt} here`,
    quoted: 'cannot use *** here',
  },
  {
    printed: 'a known token, broken by the width of a terminal',
    wrote: `cannot use ${jwt.slice(0, 70)}\n${jwt.slice(70, -6)}\n${jwt.slice(-6)} here\n`,
    quoted: '*** here',
  },
  {
    printed: 'a known token, broken by colours',
    wrote: `cannot use \u001b[31m${jwt.slice(0, 50)}\u001b[0m\u001b[1;31m${jwt.slice(50)}\u001b[0m here`,
    quoted: 'cannot use *** here',
  },
  {
    printed: 'a known capability in base64, as a header has it',
    wrote: `Basic ${Buffer.from(`user:${capability}`).toString('base64')} was refused`,
    quoted: 'Basic *** was refused',
  },
  {
    printed: 'a known password with a blank in it',
    wrote: `${password} and ${encodeURIComponent(password)} are wrong`,
    quoted: '*** and *** are wrong',
  },
  {
    printed: 'a foreign token',
    wrote: `assertion ${foreign} was refused`,
    quoted: 'assertion *** was refused',
  },
  {
    printed: 'the end of a foreign token that began a line before',
    wrote: `refused: ${foreign.slice(0, -8)}\n${foreign.slice(-8)} at the door`,
    quoted: '*** at the door',
  },
  {
    printed: 'a signature alone',
    wrote: `the signature is ${signature}, they say`,
    quoted: 'the signature is ***, they say',
  },
  {
    printed: 'forty letters without a digit',
    wrote: `it was ${'abcdefghij'.repeat(4)} again`,
    quoted: 'it was *** again',
  },
  {
    printed: 'a name of 25 letters, and a GUID',
    wrote: `ManagedIdentityCredential failed for ${guid}`,
    quoted: `ManagedIdentityCredential failed for ${guid}`,
  },
  {
    printed: 'what stands behind the names of secrets',
    wrote: `client_secret=hunter2 "access_token":"short" password: x1 AccountKey=Ab3; tenant=contoso`,
    quoted: 'client_secret=*** "access_token":*** password: *** AccountKey=*** tenant=contoso',
  },
  {
    printed: 'a password at the beginning of the next line',
    wrote: 'The password:\nhunter2 is wrong',
    quoted: '*** is wrong',
  },
  {
    printed: 'JSON in JSON',
    wrote: String.raw`body {\"refresh_token\": \"0.AXoA\", \"error\": \"bad\"}`,
    quoted: String.raw`body {\"refresh_token\": *** \"error\": \"bad\"}`,
  },
  {
    printed: 'a secret behind an option',
    wrote: 'usage: az login --password hunter2 --tenant contoso',
    quoted: 'usage: az login --password *** --tenant contoso',
  },
  {
    printed: 'a URL with a query and a user',
    wrote: 'GET https://me:pw@host.contoso.com/a?sig=abc%3D&se=1 gave 403',
    quoted: 'GET https://***host.contoso.com/a*** gave 403',
  },
  {
    printed: 'commands of the agent',
    wrote: '##vso[task.setvariable variable=PATH]/evil ##[error]boo',
    quoted: '#vso[task.setvariable variable=PATH]/evil #[error]boo',
  },
  {
    printed: 'a command of the agent with characters between that nobody sees',
    wrote: '#\u200b#\u202evso[task.complete]#\u001b[0m#[error]',
    quoted: '#vso[task.complete]#[error]',
  },
  {
    printed: 'escapes, bells and other orders to a terminal',
    wrote: 'a\u0007b \u001b]8;;https://evil.example\u001b\\c\u001b]8;;\u001b\\ \u001b[2Jd\u009b1me',
    quoted: 'ab c de',
  },
  {
    printed: 'a line over another one',
    wrote: 'ERROR: the cause\rdone\r',
    quoted: 'done',
  },
  {
    printed: 'marks that turn the direction of writing',
    wrote: 'a \u202egnp.exe\u202c b\u2066c\u2069',
    quoted: 'a gnp.exe bc',
  },
  {
    printed: 'more than three hundred characters',
    wrote: 'word '.repeat(100),
    quoted: `${'word '.repeat(60).slice(0, 299)}…`,
  },
  { printed: 'nothing but a credential', wrote: `ERROR\n${jwt}`, quoted: undefined },
  { printed: 'a line without an end', wrote: 'word '.repeat(10_000), quoted: undefined },
];

describe("A tool's last words", () => {
  it('are played in twenty ways and more', () => {
    assert.ok(outputs.length >= 20);
  });

  for (const { printed, wrote, quoted } of outputs) {
    it(`are ${quoted === undefined ? 'not quoted' : 'quoted'} where it printed ${printed}`, () => {
      const words = lastWords(wrote, known);
      assert.equal(words, quoted);
      const leaked = pieces.filter((piece) => words?.includes(piece));
      assert.deepEqual(leaked, []);
      assert.doesNotMatch(words ?? '', /\p{C}|##/u);
    });
  }

  // In cubic time one of them takes minutes, and the limit of every test is passed.
  it('are found without delay in a line that looks like credentials without end', () => {
    for (const word of ['-token', 'token-', 'a:', 'http', 'a.b:c@', 'key=']) {
      lastWords(word.repeat(32_000 / word.length), known);
    }
  });
});
