import { build, type Plugin } from 'esbuild';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { smallSdk } from '../../scripts/small-sdk.mjs';

const root = join(import.meta.dirname, '..', '..');

/** What the results tab asks of the SDK. */
const page = `import { getAccessToken, getConfiguration, getService, init, notifyLoadSucceeded, ready, resize } from 'azure-devops-extension-sdk';
void init({ loaded: false });
void ready().then(async () => {
  void notifyLoadSucceeded();
  resize();
  await (await getService('some service')).answer();
  getConfiguration().onBuildChanged((build) => { window.build = build; });
  await getAccessToken();
});`;

/** What Azure DevOps answers, by the method that is called. */
const answers: Readonly<Record<string, unknown>> = {
  initialHandshake: {
    contributionId: 'run-tab',
    context: { extension: { id: 'ours' }, user: {}, host: {}, pageContext: {} },
    initialConfig: { onBuildChanged: { __proxyFunctionId: 1, _channelId: 1 } },
    themeData: { 'background-color': 'white' },
  },
  getService: { answer: { __proxyFunctionId: 2, _channelId: 1 }, since: { __proxyDate: 1 } },
  getAccessToken: { token: 'secret' },
};

/** What else it may say. */
const calls: readonly object[] = [
  { id: 900, instanceId: '__proxyFunctions', methodName: 'proxy2', params: [{ id: 4711 }] },
  { id: 901, instanceId: '__proxyFunctions', methodName: 'proxy999', params: [] },
  { id: 902, instanceId: 'DevOps.SdkClient' },
  { id: 903, instanceId: 'DevOps.SdkClient', methodName: 'nothing' },
  { id: 904, instanceId: 'DevOps.SdkClient', methodName: 'dispatchEvent', params: ['changed'] },
  { id: 905, instanceId: 'DevOps.Unknown', methodName: 'dispatchEvent' },
  { id: 906, result: { nobody: 'asked' } },
];

interface Message {
  readonly id: number;
  readonly methodName?: string;
  readonly handshakeToken?: string;
  readonly error?: { readonly stack: string };
}

async function bundled(plugins: Plugin[], resolveDir = root): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir },
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'silent',
    plugins,
  });
  return outputFiles[0]?.text ?? '';
}

/** All that a bundle of the page sends, and what it knows of the build at the end. */
async function said(code: string): Promise<unknown> {
  const sent: Message[] = [];
  const listeners: ((event: object) => void)[] = [];
  const parent = { postMessage: (text: string) => sent.push(JSON.parse(text) as Message) };
  const window = {
    parent,
    CustomEvent: Event,
    addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    dispatchEvent: () => true,
    build: undefined,
  };
  const hear = (message: object, of: object = {}): void => {
    const data = JSON.stringify({ handshakeToken: sent[0]?.handshakeToken, ...message });
    listeners[0]?.({ source: parent, origin: 'https://dev.azure.com', data, ...of });
  };
  const style = {};
  const document = {
    createElement: () => style,
    head: { appendChild: () => undefined },
    body: { scrollWidth: 800, scrollHeight: 600 },
  };
  const console = { error: () => undefined };
  // The library asks of what it sends whether it is one of these.
  const types = { Node: EventTarget, Window: EventTarget, Event };
  runInNewContext(code, { window, document, console, ...types });
  // It grows with each answer.
  for (const { id, methodName = '' } of sent) {
    hear({ id, result: answers[methodName] });
    await turn();
  }
  for (const call of calls) hear(call);
  hear({ ...calls[0], id: 907 }, { source: 'another window' });
  hear({ ...calls[0], id: 908 }, { origin: 'https://example.org' });
  await turn();
  const token = sent[0]?.handshakeToken;
  const comparable = sent.map(({ error, handshakeToken, ...rest }) => ({
    ...rest,
    // Random, but the same throughout.
    handshakeToken: handshakeToken === token ? 'its own' : handshakeToken,
    // The other lines say where in the bundle it was.
    error: error && { ...error, stack: error.stack.split('\n')[0] },
  }));
  return { sent: comparable, style, build: JSON.stringify(window.build) };
}

describe('the extension SDK of the results tab', () => {
  it('says to Azure DevOps and does what the whole library says and does', async () => {
    const whole = await bundled([]);
    const small = await bundled([smallSdk(root)]);
    const expected = await said(whole);
    const text = JSON.stringify(expected);
    assert.match(text, /"getAccessToken".*"id":901,.*"id":905,.*4711/);
    assert.doesNotMatch(text, /"id":90[678]/);
    assert.deepEqual(await said(small), expected);
    assert.ok(small.includes('initialHandshake') && !small.includes('before init() was complete'));
  });

  it('refuses another version, of which it does not know what can be left out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'small-sdk-'));
    try {
      const library = join(folder, 'node_modules', 'azure-devops-extension-sdk', 'esm');
      mkdirSync(library, { recursive: true });
      writeFileSync(join(library, 'SDK.js'), 'export const sdkVersion = 6;\n');
      await assert.rejects(bundled([smallSdk(folder)], folder), /does not have exactly once/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
