// The extension SDK in the results tab: its readable form, without what this page never reaches.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * What stands in the library, and what replaces it here. The page sends the same to Azure DevOps, and
 * recognises it in the same way.
 */
const replacements = {
  'SDK.js': [
    // Nothing here reads the list of the kinds of host.
    ['(function (HostType) {', '/* @__PURE__ */ (function (HostType) {'],
    ['(HostType || (HostType = {}))', '({})'],
    // Each browser for which the page is built has it.
    ['typeof global.CustomEvent === "function"', 'true'],
    // The page asks for its configuration after the handshake, and never for its own ID.
    ['!initialConfiguration', 'false'],
    ['extensionContext.id = extensionContext.publisherId', 'extensionContext.publisherId'],
  ],
  'XDM.js': [
    ['Number.MAX_SAFE_INTEGER || 9007199254740991', 'Number.MAX_SAFE_INTEGER'],
    // The page sends numbers, texts, functions, errors and objects of these, none in a circle.
    ['obj instanceof Node || obj instanceof Window || obj instanceof Event', 'false'],
    ['item && item instanceof Date', 'false'],
    ['parentObjects.originalObjects.indexOf(item)', '-1'],
    ['parentItemIndex >= 0', 'false'],
    // Of what it gets, it reads no date, and nothing that the host has in a circle.
    ['if (item.__proxyDate)', 'if (false)'],
    ['if (item.__circularReference)', 'if (false)'],
    [`key === "__circularReferenceId" && itemType === 'number'`, 'false'],
    // What the host can call is one object of functions that answer at once.
    ['typeof registeredObject["then"] === "function"', 'false'],
    ['typeof instance === "function"', 'false'],
    ['result && result.then && typeof result.then === "function"', 'false'],
    // Nobody calls these, but a bundler leaves a class whole.
    [/ {4}unregister\(instanceId\) \{[^]*?\n {4}\}\n/, ''],
    [/ {4}getRemoteObjectProxy\(instanceId, contextData\) \{[^]*?\n {4}\}\n/, ''],
    [/ {4}removeChannel\(channel\) \{[^]*?\n {4}\}\n/, ''],
  ],
};

/** Replaces each part, and refuses a version of the library that does not have it just once. */
export function smallSdk(root) {
  const folder = join(root, 'node_modules', 'azure-devops-extension-sdk', 'esm');
  return {
    name: 'small-sdk',
    setup(build) {
      build.onResolve({ filter: /^azure-devops-extension-sdk$/ }, () => ({
        path: join(folder, 'SDK.js'),
      }));
      build.onLoad(
        { filter: /azure-devops-extension-sdk.esm.(SDK|XDM)\.js$/ },
        async ({ path }) => {
          let contents = await readFile(path, 'utf8');
          for (const [before, after] of replacements[basename(path)]) {
            const parts = contents.split(before);
            if (parts.length !== 2)
              throw new Error(`${path} does not have exactly once: ${before}`);
            contents = parts.join(after);
          }
          return { contents };
        },
      );
    },
  };
}

/**
 * Members of the SDK's classes that only the SDK itself calls. Not among them: what stands in its
 * messages to the host, and names that a browser or the page has too.
 */
export const innerNames = new RegExp(
  `^(${[
    ...['_channels', '_customDeserializeObject', '_customSerializeObject'],
    ...['_handleMessageReceived', '_registerProxyFunction', '_sendRpcMessage', '_success'],
    ...['addChannel', 'channelId', 'getInstance', 'getObjectRegistry', 'getRegisteredObject'],
    ...['invokeMethod', 'invokeRemoteMethod', 'newObjects', 'nextMessageId', 'nextProxyId'],
    ...['objects', 'onMessage', 'originalObjects', 'owns', 'postToWindow', 'promises'],
    ...['proxyFunctions', 'registry', 'targetOrigin'],
  ].join('|')})$`,
);
