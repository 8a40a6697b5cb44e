import assert from 'node:assert/strict';
import { AdministrationError, administrationError } from '../../../wif/administration/errors.ts';
import { usagesOf, type Execution } from '../../../wif/administration/executions.ts';
import { posix } from '../../../wif/administration/posix-path.ts';
import { remembering } from '../../../wif/administration/remembering.ts';
import { checkRemotely } from '../../../wif/administration/remote-check.ts';
import { durationText } from '../../../wif/administration/risk-report.ts';
import { livesOf } from '../../../wif/administration/token-lives.ts';
import type { Web } from '../../../wif/administration/web.ts';

const federated = { scheme: 'WorkloadIdentityFederation', creation: 'automatic' } as const;
const oldIssuer = 'https://vstoken.dev.azure.com/28425080-8dc0-46f3-b01b-11c5e6e6e1ca';
const newIssuer = 'https://login.microsoftonline.com/5faf1f89-314c-4ef7-873a-c61bf2ce2c3e/v2.0';

describe('The lives of tokens', () => {
  const day = 24 * 60;
  const rows = [
    { what: 'Azure DevOps issues', issuer: oldIssuer, identityType: undefined, lives: [10, 55] },
    {
      what: 'Azure DevOps issues, for a managed identity',
      issuer: oldIssuer,
      identityType: 'ManagedIdentity',
      lives: [10, day],
    },
    { what: 'Entra issues', issuer: newIssuer, identityType: undefined, lives: [day, day] },
    { what: 'somebody else issues', issuer: 'https://example.com', identityType: undefined },
  ];
  for (const { what, issuer, identityType, lives } of rows) {
    it(`are known where ${what}: ${lives?.join(' and ') ?? 'no'} minutes`, () => {
      const known = livesOf({ ...federated, issuer, identityType });
      assert.deepEqual(known && [known.idTokenMinutes, known.accessTokenMinutes], lives);
    });
  }

  it('are those of Entra for a connection that will be converted', () => {
    const secret = { ...federated, scheme: 'ServicePrincipal', issuer: undefined };
    assert.equal(livesOf({ ...secret, identityType: undefined })?.idTokenMinutes, day);
  });
});

describe('The uses of a connection', () => {
  const execution = (id: string, minutes?: number, planType = 'Build'): Execution => ({
    planType,
    definition: { id, name: `pipeline ${id}`, projectId: undefined },
    minutes,
  });

  it('are counted by pipeline, the longest job first; a release may have the same number', () => {
    const executions = [
      execution('1', 5),
      execution('2'),
      execution('1', 90),
      execution('1', 120, 'Release'),
      { planType: 'Build', definition: undefined, minutes: 500 },
    ];
    assert.deepEqual(
      usagesOf(executions).map(({ planType, definition, jobs, longestMinutes }) => [
        ...[planType, definition.id, jobs, longestMinutes],
      ]),
      [
        ['Release', '1', 1, 120],
        ['Build', '1', 2, 90],
        ['Build', '2', 1, undefined],
      ],
    );
  });

  it('have their times in words', () => {
    const words = [0.4, 9, 60, 72.4, 125].map(durationText);
    assert.deepEqual(words, ['under 1 min', '9 min', '1 h', '1 h 12 min', '2 h 5 min']);
  });
});

describe('The check of a pipeline whose files come one by one', () => {
  const text = (line: string) => ({ kind: 'text', line: 1, text: line, isBlock: false }) as const;
  /** Each line of such a file names a template that it takes. */
  const readYaml: Parameters<typeof checkRemotely>[2] = (file) => ({
    documents: file.split('\n').map((template) => ({
      kind: 'map' as const,
      line: 1,
      entries: [{ key: 'template', value: text(template) }],
    })),
  });

  it('asks for each file once, and for those beside the one that names them first', async () => {
    const asked: string[] = [];
    const files: Readonly<Record<string, string>> = {
      '/ci/a.yml': 'b.yml\n../c.yml',
      '/ci/b.yml': '/c.yml',
    };
    const fetch = (file: string): Promise<string | undefined> => {
      asked.push(file);
      return Promise.resolve(files[file]);
    };
    const remarks = await checkRemotely('ci/a.yml', fetch, readYaml);
    assert.deepEqual(asked.sort(), ['/b.yml', '/c.yml', '/ci/a.yml', '/ci/b.yml']);
    assert.deepEqual(
      remarks?.map(({ code }) => code),
      ['unread-template', 'unread-template'],
    );
  });

  it('asks for no more than 60, also where templates have no end', async () => {
    let count = 0;
    const fetch = (): Promise<string> => Promise.resolve(`/template-${(count += 1)}.yml`);
    await checkRemotely('start.yml', fetch, readYaml);
    assert.equal(count, 60);
  });

  it('never leaves the repository', () => {
    assert.equal(posix('/a/../../../etc/./passwd'), '/etc/passwd');
  });
});

describe('A service that remembers', () => {
  const service = (
    answer: () => Promise<string>,
  ): { readonly web: Web; readonly sent: string[] } => {
    const sent: string[] = [];
    const web: Web = {
      service: 'Microsoft Graph',
      async send({ path }) {
        sent.push(path);
        return { status: 200, headers: {}, body: await answer() };
      },
    };
    return { web, sent };
  };

  it('is asked the same once, also at the same time', async () => {
    const { web, sent } = service(() => Promise.resolve('{}'));
    const asked = remembering(web);
    const get = (path: string): Promise<unknown> => asked.send({ method: 'GET', path });
    await Promise.all([get('a'), get('a'), get('b')]);
    await get('a');
    assert.deepEqual(sent, ['a', 'b']);
  });

  it('is not asked again once there is no sign-in', async () => {
    const { web, sent } = service(() =>
      Promise.reject(administrationError('SIGN_IN_FAILED', 'There is no sign-in.', 'Sign in.')),
    );
    const asked = remembering(web);
    for (const path of ['a', 'b', 'c'])
      await assert.rejects(asked.send({ method: 'GET', path }), AdministrationError);
    assert.deepEqual(sent, ['a']);
  });
});
