import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../wif/administration/connection.ts';
import { AdministrationError } from '../../wif/administration/errors.ts';
import { awsTerraform, awsTrust } from '../../wif/trust/aws.ts';
import { googleTerraform, googleTrust } from '../../wif/trust/google.ts';
import { quoted } from '../../wif/trust/hcl.ts';
import { trustedToken } from '../../wif/trust/trusted-token.ts';
import { vaultTerraform, vaultTrust } from '../../wif/trust/vault.ts';
import { has } from '../support/needs.ts';
import { connection, federated } from '../unit/wif/records.ts';

const account = '210987654321';
const organization = '11111111-2222-4333-8444-555555555555';
const id = 'cccccccc-0000-4000-8000-000000000003';

/** A connection of each issuer. */
const issuers = {
  entra: federatedConnection(
    'https://login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0',
    `/eid1/c/pub/t/3d3d3d0A0000QIAAAAAAAAAABA/a/rISbSSETf0KqFyZ8ppdXmA/sc/${organization}/${id}`,
  ),
  'azure-devops': federatedConnection(
    `https://vstoken.dev.azure.com/${organization}`,
    'sc://contoso/shop/production',
  ),
} as const;

/** What is printed for each side, by the name of its golden file. */
const printed: Readonly<Record<string, (one: Connection) => string>> = {
  'aws.json': (one) => awsTrust(trustedToken(one), account),
  'aws.tf': (one) => awsTerraform(trustedToken(one)),
  'google.sh': (one) => googleTrust(trustedToken(one), one),
  'google.tf': (one) => googleTerraform(trustedToken(one), one),
  'vault.sh': (one) => vaultTrust(trustedToken(one)),
  'vault.tf': (one) => vaultTerraform(trustedToken(one)),
};

/** What people call connections, and what others might call them. */
const hostileNames = [
  "it's",
  '"; rm -rf / #',
  '$(touch pwned)',
  '`touch pwned`',
  '${file("/etc/passwd")}',
  '$${aws:username}',
  '%{ if true }x%{ endif }',
  '%%{x}',
  'back\\slash\\',
  'line\nbreak\ttab',
  'Größe & Ähnliches',
  'a\u2028b',
  '-=*?@',
];

function federatedConnection(issuer: string, subject: string, name = 'production'): Connection {
  return connection({
    scheme: federated,
    top: { name },
    parameters: {
      workloadIdentityFederationIssuer: issuer,
      workloadIdentityFederationSubject: subject,
    },
  });
}

function ofName(name: string): Connection {
  const { issuer = '' } = issuers['azure-devops'];
  return federatedConnection(issuer, `sc://contoso/shop/${name}`, name);
}

function terraform(words: readonly string[], input: string): string {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' };
  return execFileSync('terraform', words, {
    input,
    encoding: 'utf8',
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

describe('the trust that is printed', () => {
  for (const [issuer, one] of Object.entries(issuers)) {
    for (const [file, print] of Object.entries(printed)) {
      it(`is the one of golden/${issuer}-${file}`, () => {
        const golden = join(import.meta.dirname, 'golden', `${issuer}-${file}`);
        assert.equal(`${print(one)}\n`, readFileSync(golden, 'utf8'));
      });
    }
  }

  if (has('terraform', 'HCL passes terraform fmt')) {
    it('is code as terraform fmt writes it, whatever the connection is called', function () {
      this.timeout(60_000);
      const some = [...Object.values(issuers), ofName(hostileNames.join(' ').slice(0, 90))];
      for (const one of some) {
        for (const [, print] of Object.entries(printed).filter(([file]) => file.endsWith('.tf'))) {
          const code = `${print(one)}\n`;
          assert.equal(terraform(['fmt', '-'], code), code);
        }
      }
    });

    it('means to Terraform what it says, for each hostile name', function () {
      this.timeout(60_000);
      const list = `jsonencode([${hostileNames.map((name) => quoted(name).text).join(', ')}])`;
      const said = JSON.parse(terraform(['console'], `${list}\n`)) as string;
      assert.deepEqual(JSON.parse(said), hostileNames);
    });
  }

  for (const name of hostileNames) {
    it(`is JSON that holds the very subject of ${JSON.stringify(name)}`, () => {
      const { Role } = JSON.parse(awsTrust(trustedToken(ofName(name)), account)) as {
        readonly Role: {
          readonly RoleName: string;
          readonly AssumeRolePolicyDocument: {
            readonly Statement: readonly [
              { readonly Condition: { readonly StringEquals: Readonly<Record<string, string>> } },
            ];
          };
        };
      };
      assert.match(Role.RoleName, /^[a-z0-9-]{4,32}$/);
      const [{ Condition }] = Role.AssumeRolePolicyDocument.Statement;
      const subject = Condition.StringEquals[`vstoken.dev.azure.com/${organization}:sub`] ?? '';
      assert.doesNotMatch(subject, /\$\{[^$]/, 'no variable of a policy');
      assert.equal(subject.replaceAll('${$}', '$'), `sc://contoso/shop/${name}`);
    });
  }
});

describe('a trust that cannot be pinned exactly', () => {
  const { issuer = '', subject = '' } = issuers['azure-devops'];
  const parameters = {
    workloadIdentityFederationIssuer: issuer,
    workloadIdentityFederationSubject: subject,
  };
  const unpinned: readonly (readonly [why: string, one: Connection])[] = [
    ['a connection with a secret', connection({ parameters })],
    ['a connection without issuer and subject', connection({ scheme: federated })],
    [
      'a connection for another cloud',
      connection({ scheme: federated, parameters, data: { environment: 'AzureUSGovernment' } }),
    ],
    ['an issuer of somebody else', federatedConnection('https://vstoken.example.com/x', subject)],
    ['an issuer that is more than an issuer', federatedConnection(`${issuer}/../other`, subject)],
  ];
  for (const [why, one] of unpinned) {
    it(`is not printed: ${why}`, () => assert.throws(() => trustedToken(one), isUnknown));
  }

  it('is not printed for Google: a subject of more than 127 bytes', () => {
    const fits = ofName('ä'.repeat(54));
    assert.ok(googleTrust(trustedToken(fits), fits).includes('ä'.repeat(54)));
    const tooLong = ofName('ä'.repeat(55));
    assert.throws(() => googleTrust(trustedToken(tooLong), tooLong), isUnknown);
    assert.throws(() => googleTerraform(trustedToken(tooLong), tooLong), isUnknown);
  });
});

describe('the name of what is made at the other side', () => {
  for (const [called, name] of [
    ['Shop: Production', 'shop-production-cccccccc'],
    ['gcp-shop', 'shop-cccccccc'],
    ['—', 'sc-cccccccc'],
    ['x'.repeat(80), `${'x'.repeat(23)}-cccccccc`],
  ] as const) {
    it(`is ${name} for ${called}`, () => assert.equal(trustedToken(ofName(called)).name, name));
  }
});

function isUnknown(error: unknown): boolean {
  return error instanceof AdministrationError && error.code === 'TRUST_UNKNOWN';
}
