import assert from 'node:assert/strict';
import type { ServiceConnection } from './emulator.ts';
import { createSigningKey, signToken } from './jwt.ts';
import { trustAtAws, trustAtGoogle } from './other-clouds/trusts.ts';
import { askThrough, type Answer } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

interface Token {
  readonly title: string;
  readonly make: (place: Workplace, connection: ServiceConnection) => Promise<string>;
  readonly google: RegExp;
  readonly aws: RegExp;
}

/** ID tokens that no cloud may take, each with the words in which the two refuse it. */
const badTokens: readonly Token[] = [
  {
    title: 'expired',
    make: async (place, connection) => {
      const { lifetimes } = place.emulator;
      lifetimes.idTokenSeconds = -1;
      try {
        return await place.idToken(connection);
      } finally {
        lifetimes.idTokenSeconds = 600;
      }
    },
    google: /invalid_grant.*ID Token issued at \d+ is stale to sign-in\./,
    aws: /ExpiredTokenException.*Token expired: current date\/time \d+ must be before the expiration date\/time \d+/,
  },
  {
    title: 'of another key',
    make: async (place, connection) =>
      signToken(await createSigningKey(), claimsOf(await place.idToken(connection))),
    google: /invalid_grant/,
    aws: /InvalidIdentityToken.*Couldn't retrieve verification key/,
  },
  {
    title: 'changed after it was signed',
    make: async (place, connection) => {
      const token = await place.idToken(connection);
      const [head = '', , signature = ''] = token.split('.');
      const claims = { ...claimsOf(token), exp: 4_000_000_000 };
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    },
    google: /invalid_grant/,
    aws: /InvalidIdentityToken/,
  },
  {
    title: 'with a newline at its end',
    make: async (place, connection) => `${await place.idToken(connection)}\n`,
    google: /invalid_grant/,
    aws: /InvalidIdentityToken/,
  },
  {
    title: 'of an issuer that is not trusted',
    make: (place) =>
      place.idToken(place.emulator.addServiceConnection({ name: 'other', issuer: 'azure-devops' })),
    google: /The issuer in ID Token \S+ does not match the expected ones/,
    aws: /No OpenIDConnect provider found in your account for https:\/\/vstoken/,
  },
  {
    title: 'of another connection',
    make: (place) =>
      place.idToken(place.emulator.addServiceConnection({ name: 'other', issuer: 'entra' })),
    google: /unauthorized_client.*The given credential is rejected by the attribute condition\./,
    aws: /AccessDenied.*Not authorized to perform sts:AssumeRoleWithWebIdentity/,
  },
];

describe('the emulated token services of other clouds', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  let provider: string;
  let role: string;
  before(async () => {
    place = await openWorkplace();
    connection = place.emulator.addServiceConnection({ name: 'clouds', issuer: 'entra' });
    ({ provider } = trustAtGoogle(place.emulator, connection, 'clouds'));
    role = trustAtAws(place.emulator, connection, 'clouds');
  });
  after(() => place.close());

  const askGoogle = (token: string, audience = provider): Promise<Answer> =>
    askThrough(place.emulator, 'https://sts.googleapis.com/v1/token', {
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        audience,
        subject_token: token,
      }),
    });
  const askAws = (token: string, roleArn = role): Promise<Answer> =>
    askThrough(place.emulator, 'https://sts.eu-west-1.amazonaws.com/', {
      body: new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: 'test',
        WebIdentityToken: token,
      }),
    });

  it('take the ID token of a connection that they trust', async () => {
    const token = await place.idToken(connection);
    const google = await askGoogle(token);
    assert.equal(google.status, 200, google.text);
    assert.match(textOf(google, 'access_token'), /^ya29\./);
    const aws = await askAws(token);
    assert.equal(aws.status, 200, aws.text);
    assert.match(aws.text, /<AccessKeyId>ASIA/);
    const seen = place.emulator.journal.entries.slice(-2).map((entry) => entry.connectionId);
    assert.deepEqual(seen, [connection.id, connection.id]);
  });

  for (const { title, make, google, aws } of badTokens) {
    it(`refuse an ID token ${title}`, async () => {
      const token = await make(place, connection);
      const refusals = [
        [await askGoogle(token), google],
        [await askAws(token), aws],
      ] as const;
      for (const [answer, words] of refusals) {
        assert.ok(answer.status === 400 || answer.status === 403, answer.text);
        assert.match(answer.text, words);
      }
    });
  }

  it('refuse an audience that they were not told', async () => {
    const stranger = place.emulator.addServiceConnection({ name: 'audience' });
    const wish = { audience: 'https://other.example' };
    const token = await place.idToken(stranger);
    const trusted = trustAtGoogle(place.emulator, stranger, 'audience', wish);
    assert.match(
      (await askGoogle(token, trusted.provider)).text,
      /The audience in ID Token \[api:\/\/AzureADTokenExchange\] does not match the expected audience/,
    );
    const answer = await askAws(token, trustAtAws(place.emulator, stranger, 'audience', wish));
    assert.match(answer.text, /InvalidIdentityToken.*Incorrect token audience/);
  });

  it('refuse a subject that is longer than Google takes, if nothing maps it', async () => {
    const { google } = place.emulator;
    const own = google.providers.get(provider);
    assert.ok(own);
    const long = `${provider}-long`;
    google.providers.set(long, { ...own, attributeMapping: { 'google.subject': 'assertion.sub' } });
    assert.match(
      (await askGoogle(await place.idToken(connection), long)).text,
      /The size of mapped attribute google\.subject exceeds the 127 bytes limit/,
    );
  });

  it('compare azp where there is one, as AWS does', async () => {
    const { aws } = place.emulator;
    const [arn = '', own] =
      [...aws.providers].find(([, { Url }]) => Url === connection.issuer) ?? [];
    assert.ok(own);
    const token = await place.idToken(connection);
    aws.providers.set(arn, { ...own, ClientIDList: ['fb60f99c-7a34-4190-8149-302f77469936'] });
    try {
      assert.match((await askAws(token)).text, /Incorrect token audience/);
    } finally {
      aws.providers.set(arn, own);
    }
  });

  it('let no session of theirs act when its time is over, or without a signature', async () => {
    const { emulator } = place;
    const bucket = 'https://storage.googleapis.com/storage/v1/b/contoso-state/o';
    const list = async (): Promise<number> => {
      const bearer = textOf(await askGoogle(await place.idToken(connection)), 'access_token');
      return (await askThrough(emulator, bucket, { bearer })).status;
    };
    assert.equal(await list(), 200);
    emulator.lifetimes.cloudSessionSeconds = -1;
    try {
      assert.equal(await list(), 401);
    } finally {
      emulator.lifetimes.cloudSessionSeconds = 3600;
    }
    const unsigned = await askThrough(
      emulator,
      'https://contoso-state.s3.eu-west-1.amazonaws.com/?list-type=2',
    );
    assert.equal(unsigned.status, 403);
  });

  it('let only that principal impersonate a service account which may', async () => {
    const { emulator } = place;
    const bearer = textOf(await askGoogle(await place.idToken(connection)), 'access_token');
    const impersonate = (account: string): Promise<Answer> =>
      askThrough(
        emulator,
        `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
        { bearer, body: JSON.stringify({ scope: [], lifetime: '3600s' }) },
      );
    const own = await impersonate('clouds@contoso.iam.gserviceaccount.com');
    assert.equal(own.status, 200, own.text);
    const other = await impersonate('audience@contoso.iam.gserviceaccount.com');
    assert.equal(other.status, 403);
    assert.match(other.text, /iam\.serviceAccounts\.getAccessToken/);
  });
});
