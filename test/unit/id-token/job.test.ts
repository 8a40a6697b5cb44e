import assert from 'node:assert/strict';
import { readJob, type JobVariables } from '../../../src/id-token/job.ts';
import {
  collectionUri,
  ids,
  jobAccessToken,
  jobVariables,
  oidcRequestUri,
} from '../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';

describe('a job', () => {
  it('is read from what the agent tells', () => {
    assert.deepEqual(readJob(jobVariables()), {
      planId: ids.plan,
      jobId: ids.job,
      hostType: 'build',
      projectId: ids.project,
      collectionUri: new URL(collectionUri),
      oidcRequestUri: new URL(oidcRequestUri),
      jobAccessToken,
    });
  });

  const needed = [
    'planId',
    'jobId',
    'hostType',
    'projectId',
    'collectionUri',
    'serverUri',
    'jobAccessToken',
  ] as const;
  for (const name of needed) {
    it(`cannot do without ${name}`, () => {
      failureOf(() => readJob(jobVariables({ [name]: undefined })), 'JOB_CONTEXT_MISSING');
    });
  }

  it('cannot do with an empty text where an ID belongs', () => {
    failureOf(() => readJob(jobVariables({ planId: '' })), 'JOB_CONTEXT_MISSING');
  });
});

describe('the address of ID tokens', () => {
  for (const slash of ['', '/']) {
    it(`is made of the job's IDs where the agent does not tell it (collection with "${slash}")`, () => {
      const job = readJob(
        jobVariables({
          oidcRequestUri: undefined,
          collectionUri: `https://dev.azure.com/contoso${slash}`,
        }),
      );
      assert.equal(job.oidcRequestUri.href, oidcRequestUri);
    });
  }

  const places: readonly (readonly [collection: string, server: string])[] = [
    ['https://dev.azure.com/contoso/', 'https://vsrm.dev.azure.com/contoso/'],
    ['https://contoso.visualstudio.com/', 'https://contoso.vsrm.visualstudio.com/'],
    ['https://contoso.visualstudio.com/', 'https://contoso.visualstudio.com/'],
    ['https://tfs.contoso.example:8443/tfs/Default/', 'https://tfs.contoso.example:8443/tfs/'],
  ];
  for (const [collection, server] of places) {
    it(`is at ${collection} for an agent served by ${server}`, () => {
      const { href } = readJob(
        jobVariables({ collectionUri: collection, serverUri: server, oidcRequestUri: undefined }),
      ).oidcRequestUri;
      assert.ok(href.startsWith(`${collection}${ids.project}/_apis/`), href);
    });
  }

  it('may spell its IDs in other letters', () => {
    const spelled = oidcRequestUri.replace(ids.job, ids.job.toUpperCase());
    assert.equal(readJob(jobVariables({ oidcRequestUri: spelled })).oidcRequestUri.href, spelled);
  });

  const elsewhere: readonly (readonly [what: string, changes: Partial<JobVariables>])[] = [
    ['another host', { oidcRequestUri: oidcRequestUri.replace('dev.azure.com', 'evil.example') }],
    ['a longer host', { oidcRequestUri: oidcRequestUri.replace('azure.com', 'azure.com.evil') }],
    ['another port', { oidcRequestUri: oidcRequestUri.replace('azure.com', 'azure.com:8443') }],
    ['no TLS', { oidcRequestUri: oidcRequestUri.replace('https', 'http') }],
    ['a user', { oidcRequestUri: oidcRequestUri.replace('https://', 'https://dev@') }],
    ['a password', { oidcRequestUri: oidcRequestUri.replace('https://', 'https://:x@') }],
    ['no address', { oidcRequestUri: '##vso[task.complete]\n' }],
    ['another plan', { oidcRequestUri: oidcRequestUri.replace(ids.plan, ids.project) }],
    ['another job', { oidcRequestUri: oidcRequestUri.replace(ids.job, ids.project) }],
    ['another route', { oidcRequestUri: oidcRequestUri.replace('/oidctoken', '/logs') }],
    ['a query', { oidcRequestUri: `${oidcRequestUri}?redirect=https://evil.example` }],
    [
      'IDs in the query',
      { oidcRequestUri: `${collectionUri}x?${new URL(oidcRequestUri).pathname}` },
    ],
    [
      'a way back up',
      { oidcRequestUri: oidcRequestUri.replace('/oidctoken', '/../../x/oidctoken') },
    ],
    ['a collection of another host', { collectionUri: 'https://evil.example/contoso/' }],
    [
      'a collection and an address of another host',
      {
        collectionUri: 'https://evil.example/contoso/',
        oidcRequestUri: oidcRequestUri.replace('dev.azure.com', 'evil.example'),
      },
    ],
    ['a collection without TLS', { collectionUri: 'http://dev.azure.com/contoso/' }],
    ['a collection with a command', { collectionUri: `${collectionUri}##vso[task.complete]` }],
    ['a server without TLS', { serverUri: 'http://dev.azure.com/contoso/' }],
    ['a project that is an address', { projectId: '//evil.example', oidcRequestUri: undefined }],
    ['a project above the collection', { projectId: '../x?', oidcRequestUri: undefined }],
    ['a host type with a way back up', { hostType: 'x/../../..?', oidcRequestUri: undefined }],
  ];
  for (const [what, changes] of elsewhere) {
    it(`is refused for ${what}, before the job access token goes there`, () => {
      const { message } = failureOf(() => readJob(jobVariables(changes)), 'OIDC_URI_REFUSED');
      assertSafeForLogs(message);
      assert.ok(!message.includes(jobAccessToken.reveal()));
    });
  }

  it('names both hosts when it is refused, so that the cause can be found', () => {
    const changes = { oidcRequestUri: oidcRequestUri.replace('dev.azure.com', 'evil.example') };
    const { message } = failureOf(() => readJob(jobVariables(changes)));
    assert.ok(message.includes('evil.example') && message.includes('dev.azure.com'));
  });
});
