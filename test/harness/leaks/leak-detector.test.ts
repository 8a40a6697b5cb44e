import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { JobReport } from '../agent/contract.ts';
import { TestAgent, identity } from '../agent/test-agent.ts';
import { CredentialSearch, credentialForms } from './credential-forms.ts';
import { createLeakDetector, type Finding, type LeakDetector } from './leak-detector.ts';
import { listeningPorts } from './listening-ports.ts';

const jwt = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.${'Sig-nature_'.repeat(4)}`;
const credentials = [
  { kind: 'ID token', value: jwt },
  { kind: 'job token', value: identity.accessToken },
  { kind: 'key', value: 'key=with/odd+characters?' },
];

describe('the forms of a credential', () => {
  const search = new CredentialSearch(credentials);
  const cases = [
    ['itself', jwt],
    ['within a basic header', Buffer.from(`user:${jwt}`).toString('base64')],
    ['its base64', Buffer.from(jwt).toString('base64')],
    ['its signature alone', jwt.split('.')[2]],
  ] as const;
  for (const [name, form] of cases) {
    it(`include ${name}`, () => deepEqual(search.kindsIn(`a ${form ?? ''} b`), ['ID token']));
  }

  it('include the URL-encoded one', () => {
    deepEqual(search.kindsIn('?k=key%3Dwith%2Fodd%2Bcharacters%3F'), ['key']);
  });

  it('are not found in other texts, and can be redacted', () => {
    deepEqual(search.kindsIn(jwt.split('.').slice(0, 2).join('.')), []);
    equal(search.redacted(`x ${jwt} y`), 'x <credential> y');
    deepEqual(credentialForms({ kind: 'short', value: 'abc' }), []);
  });
});

describe('the leak detector', () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  const kinds = (findings: readonly Finding[]): string[] =>
    [...new Set(findings.map(({ kind, where }) => `${kind}: ${where}`))].sort();

  /** For a script: goes on when the detector has looked. */
  const look = `echo look; until [ -e '${agent.path('looked')}' ]; do sleep 0.05; done`;

  const watch = async (
    steps: readonly object[],
    detector: LeakDetector = createLeakDetector({ credentials: () => credentials, intervalMs: 50 }),
  ): Promise<{ report: JobReport; findings: Finding[]; detector: LeakDetector }> => {
    rmSync(agent.path('looked'), { force: true });
    const run = agent.start(
      { steps },
      {
        variables: { text: { value: jwt, secret: true } },
        onLine: (line) => {
          if (line !== 'look') return;
          detector.sample();
          writeFileSync(agent.path('looked'), '');
        },
      },
    );
    detector.watch(run);
    const report = await run.finished;
    return { report, findings: detector.findings(report), detector };
  };

  it('finds nothing in a job that keeps its secrets, though the agent hands them to tasks', async () => {
    const watched = watch([
      { task: 'Probe@1', inputs: { lines: 'no secret here', action: 'none' } },
      { script: look },
    ]);
    const other = spawn('sleep', ['60'], { argv0: 'of another job' });
    const { findings, detector } = await watched.finally(() => other.kill());
    deepEqual(findings, []);
    ok(detector.argumentsSeen.some((seen) => /_temp\/.+\.sh$/.test(seen.at(-1) ?? '')));
    ok(!detector.argumentsSeen.some((seen) => seen.includes('of another job')));
  });

  it('finds a token in arguments, and never shows it', async () => {
    const { findings } = await watch([
      { script: 'true # only in the file' },
      { bash: `bash -c "${look}" ignored "$TOKEN"`, env: { TOKEN: '$(text)' } },
    ]);
    ok(kinds(findings).includes('ID token: arguments'));
    ok(kinds(findings).includes('ID token: environment'));
    ok(!JSON.stringify(findings).includes(jwt.slice(-20)));
  });

  it('finds a token in the raw log that only the masker hid', async () => {
    const { findings, report } = await watch([
      { bash: 'cat "$FILE"', env: { FILE: writeToken(agent, `token ${jwt}`) } },
    ]);
    ok(report.log.includes('token ***'));
    deepEqual(kinds(findings), ['ID token: raw log']);
  });

  it('finds what the masker does not know', async () => {
    const encoded = Buffer.from(`user:${jwt}`).toString('base64');
    const { findings } = await watch([
      { bash: 'cat "$FILE"', env: { FILE: writeToken(agent, encoded) } },
    ]);
    deepEqual(kinds(findings), ['ID token: masked log', 'ID token: raw log']);
  });

  it('finds variables, outputs, summaries and files', async () => {
    const lines = [
      `##vso[task.setvariable variable=secret;issecret=true]${jwt}`,
      `##vso[task.setvariable variable=plain]${jwt}`,
      `##vso[task.setvariable variable=out;isoutput=true;issecret=true]${jwt}`,
      '',
    ].join('\n');
    const { findings } = await watch([
      {
        name: 'one',
        bash: `umask 022; cat "$FILE"; cp "$FILE" "$AGENT_TEMPDIRECTORY/f"; echo "##vso[task.uploadsummary]$FILE"; ${look}`,
        env: { FILE: writeToken(agent, lines) },
      },
    ]);
    deepEqual(kinds(findings), [
      'ID token: file left',
      'ID token: open file',
      'ID token: output',
      'ID token: raw log',
      'ID token: summary',
      'ID token: variable',
    ]);
    deepEqual(
      findings.filter(({ where }) => where === 'variable').map(({ place }) => place),
      ['plain'],
    );
  });

  it('finds an open file that was there only for a while, not a closed one', async () => {
    const file = writeToken(agent, jwt);
    const open = await watch([
      { bash: `umask 022; cp ${file} $AGENT_TEMPDIRECTORY/f; ${look}; rm $AGENT_TEMPDIRECTORY/f` },
    ]);
    deepEqual(kinds(open.findings), ['ID token: open file']);
    const closed = await watch([
      {
        bash: `umask 077; cp ${file} $AGENT_TEMPDIRECTORY/f; ${look}; rm $AGENT_TEMPDIRECTORY/f`,
      },
    ]);
    deepEqual(closed.findings, []);
  });

  it('leaves what it is told to', async () => {
    const allow = [
      {
        kinds: ['job token'],
        where: 'environment' as const,
        place: /^SYSTEM_ACCESSTOKEN of \S*(bash|sleep) /,
      },
    ];
    const steps = [{ bash: look, env: { SYSTEM_ACCESSTOKEN: '$(System.AccessToken)' } }];
    deepEqual(kinds((await watch(steps)).findings), ['job token: environment']);
    const detector = createLeakDetector({ credentials: () => credentials, allow, intervalMs: 50 });
    deepEqual((await watch(steps, detector)).findings, []);
  });
});

describe('listening ports', () => {
  it('name their process', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const own = { address: '127.0.0.1', port, pid: process.pid };
    deepEqual(
      listeningPorts().filter((seen) => seen.port === port),
      [own],
    );
    await new Promise((resolve) => server.close(resolve));
    ok(!listeningPorts().some((seen) => seen.port === port));
  });
});

function writeToken(agent: TestAgent, text: string): string {
  const path = agent.path('token');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
