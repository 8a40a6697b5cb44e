import assert from 'node:assert/strict';
import {
  connectionDataRequest,
  judgeConnectionData,
  readOrganizationUser,
} from '../../../src/access-token/organization-user.ts';
import type { ErrorCode, FailureKind, FederationError } from '../../../src/errors.ts';
import { NetworkTrouble, type HttpAnswer } from '../../../src/ports.ts';
import {
  anAccessToken,
  anAnswer,
  anAzureDevOpsConnection,
  collectionUri,
  noon,
} from '../../support/builders.ts';
import { assertSafeForLogs, failureOf, rejectionOf } from '../../support/failures.ts';
import { FakeHttp, ImpatientClock } from '../../support/fakes.ts';

const attempt = {
  connection: anAzureDevOpsConnection(),
  collectionUri: new URL(collectionUri),
};
const judge = (answer: HttpAnswer): string => judgeConnectionData(answer, attempt, noon);
const knows = (authenticatedUser: unknown): HttpAnswer =>
  anAnswer({ body: JSON.stringify({ authenticatedUser }) });
const user = {
  id: 'd6245f20-2af8-44f4-9451-8107cb2767db',
  descriptor: 'Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;33\\44',
  providerDisplayName: 'contoso-shop-ci',
};
const zeros = '00000000-0000-0000-0000-000000000000';
const allA = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

describe('the request for who somebody is in Azure DevOps', () => {
  for (const uri of ['https://dev.azure.com/contoso', 'https://dev.azure.com/contoso/']) {
    it(`goes to the collection ${uri}, with a bearer token and no redirect`, () => {
      const request = connectionDataRequest(new URL(uri), anAccessToken(), 1_000);
      assert.equal(request.url.href, 'https://dev.azure.com/contoso/_apis/connectionData');
      assert.equal(request.method, 'GET');
      assert.equal(String(request.headers['authorization']), '***');
      assert.equal(request.headers['x-tfs-fedauthredirect'], 'Suppress');
    });
  }
});

describe('the answer to who somebody is in Azure DevOps', () => {
  it('names a user of the organization', () => {
    assert.equal(judge(knows(user)), 'contoso-shop-ci');
    assert.equal(judge(knows({ ...user, providerDisplayName: '' })), user.id);
  });

  it('names a user whose name quotes a refusal', () => {
    const name = 'the bot of TF400813';
    assert.equal(judge(knows({ ...user, providerDisplayName: name })), name);
  });

  it('names it so that a log can show it', () => {
    const name = 'a\r\n##vso[task.complete]\u202e';
    assertSafeForLogs(judge(knows({ ...user, providerDisplayName: name })));
  });

  interface Row {
    readonly told: string;
    readonly answer: HttpAnswer;
    readonly as: { readonly code: ErrorCode; readonly kind: FailureKind };
  }
  const refusing = (message: string, status = 401): HttpAnswer =>
    anAnswer({ status, body: JSON.stringify({ $id: '1', message }) });
  const rows: readonly Row[] = [
    {
      told: 'a user who never signed in (TF401444)',
      answer: refusing('TF401444: Please sign-in at least once as 33\\33\\44 in a web browser.'),
      as: { code: 'TF401444', kind: 'settling' },
    },
    {
      told: 'a project that it may not see (VS800075)',
      answer: refusing("VS800075: The project with id 'x' does not exist, or …", 404),
      as: { code: 'VS800075', kind: 'settling' },
    },
    {
      told: 'an identity without access to the organization',
      answer: refusing(
        'The Managed Identity / Service Principal `ci` does not have access to Azure DevOps organization `contoso`.',
        403,
      ),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'settling' },
    },
    {
      told: 'an identity that is not authorized (TF400813)',
      answer: refusing("TF400813: The user '44' is not authorized to access this resource."),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'settling' },
    },
    {
      told: 'a refusal in no words that are known',
      answer: anAnswer({ status: 403, body: '{}' }),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'settling' },
    },
    {
      told: 'an organization that is not found',
      answer: anAnswer({ status: 404, body: '{}' }),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'unknown' },
    },
    {
      told: 'the anonymous user of public projects',
      answer: knows({ id: allA, descriptor: `System:PublicAccess;${allA}` }),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'settling' },
    },
    {
      told: 'a user whose GUID is zeros',
      answer: knows({ ...user, id: zeros }),
      as: { code: 'DEVOPS_NOT_A_USER', kind: 'settling' },
    },
    {
      told: 'an answer without a user',
      answer: anAnswer({ body: '{"instanceId":"x"}' }),
      as: { code: 'DEVOPS_ANSWER_UNREADABLE', kind: 'transient' },
    },
    {
      told: 'an answer that is cut off',
      answer: anAnswer({ body: '{"authenticatedUser":{"id":"' }),
      as: { code: 'DEVOPS_ANSWER_UNREADABLE', kind: 'transient' },
    },
    {
      told: 'a sign-in page',
      answer: anAnswer({ status: 203, body: '<html>' }),
      as: { code: 'DEVOPS_SIGN_IN_PAGE', kind: 'transient' },
    },
    {
      told: 'an outage whose page quotes a refusal',
      answer: refusing('TF400813: not authorized', 503),
      as: { code: 'DEVOPS_UNAVAILABLE', kind: 'transient' },
    },
    {
      told: 'a limit of requests',
      answer: anAnswer({ status: 429 }),
      as: { code: 'DEVOPS_THROTTLED', kind: 'transient' },
    },
    {
      told: 'an outage',
      answer: anAnswer({ status: 503 }),
      as: { code: 'DEVOPS_UNAVAILABLE', kind: 'transient' },
    },
  ];
  for (const { told, answer, as } of rows) {
    it(`is ${as.code} for ${told}`, () => {
      const failure = failureOf(() => judge(answer), as.code);
      assert.equal(failure.kind, as.kind);
      assert.match(
        failure.message,
        /"production".* but not to Azure DevOps \(https:\/\/dev\.azure/,
      );
    });
  }

  it('is trouble on the way where none comes', async () => {
    const http = new FakeHttp(() => {
      throw new NetworkTrouble('timeout');
    });
    const asked = readOrganizationUser(attempt, anAccessToken(), 1_000, {
      http,
      clock: new ImpatientClock(),
    });
    const failure: FederationError = await rejectionOf(asked, 'DEVOPS_UNAVAILABLE');
    assert.equal(failure.kind, 'transient');
  });
});
