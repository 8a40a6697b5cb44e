// The page of a run as Azure DevOps shows it, as far as a tab can tell: it frames the tab and
// answers the messages of azure-devops-extension-sdk, as its XDM.js sends and reads them.
const scene = JSON.parse(decodeURIComponent(location.hash.slice(1)));

/** Everything that the tab called, in order. */
window.calls = [];
/** When the tab first called each, in ms by the clock of this page. */
window.calledAt = {};
const frame = document.createElement('iframe');
frame.name = 'tab';
frame.style.height = '600px';
if (scene.isSandboxed) frame.setAttribute('sandbox', 'allow-scripts allow-popups');
frame.src = scene.tab;

let handshakeToken;
const functions = new Map();

/** A function travels as a number, by which the other side calls it back. */
function proxied(work) {
  const id = functions.size + 1;
  functions.set(`proxy${id}`, work);
  return { __proxyFunctionId: id, _channelId: 1 };
}

const services = {
  'ms.vss-build-web.build-page-data-service': () =>
    scene.lacksBuildPage
      ? undefined
      : { getBuildPageData: proxied(() => ({ build: { id: scene.build } })) },
  'ms.vss-tfs-web.tfs-page-data-service': () => ({
    getProject: proxied(() => ({ id: scene.project, name: 'shop' })),
  }),
  'ms.vss-features.location-service': () => ({ getServiceLocation: proxied(() => scene.root) }),
};

const hostControl = {
  initialHandshake: () => ({
    contributionId: 'workload-identity.workload-identity.run-tab',
    context: {
      extension: { id: 'workload-identity.workload-identity' },
      user: { id: 'u', name: 'somebody' },
      host: { id: 'h', name: 'contoso', type: 4 },
      pageContext: { webContext: {} },
    },
    initialConfig: {
      // The tab hands over a function in turn, and is called back with the build.
      onBuildChanged: proxied((callback) =>
        post({
          id: 900,
          instanceId: '__proxyFunctions',
          methodName: `proxy${callback.__proxyFunctionId}`,
          params: [{ id: scene.build }],
        }),
      ),
    },
    themeData: scene.theme,
  }),
  getAccessToken: () => ({ token: scene.token }),
  notifyLoadSucceeded: () => null,
  notifyLoadFailed: () => null,
  resize: (width, height) => {
    if (!scene.refusesResize && typeof height === 'number') frame.style.height = `${height}px`;
    return null;
  },
};

const instances = {
  'DevOps.HostControl': hostControl,
  'DevOps.ServiceManager': {
    getService: (id) => {
      const service = services[id]?.();
      if (service === undefined) throw new Error(`no service ${id}`);
      return service;
    },
  },
  __proxyFunctions: { call: (name, parameters) => functions.get(name)(...parameters) },
};

addEventListener('message', ({ source, data }) => {
  if (source !== frame.contentWindow || scene.isSilent) return;
  const message = JSON.parse(data);
  if (message.instanceId === undefined) return;
  handshakeToken = message.handshakeToken ?? handshakeToken;
  window.calls.push(message.methodName);
  window.calledAt[message.methodName] ??= performance.now();
  const parameters = message.params ?? [];
  try {
    const result =
      message.instanceId === '__proxyFunctions'
        ? instances.__proxyFunctions.call(message.methodName, parameters)
        : instances[message.instanceId][message.methodName](...parameters);
    post({ id: message.id, result });
  } catch (error) {
    post({ id: message.id, error: { message: error.message } });
  }
});

function post(message) {
  frame.contentWindow.postMessage(JSON.stringify({ ...message, handshakeToken }), '*');
}

/** Somebody chooses another theme while the tab is open. */
window.changeTheme = (data) =>
  post({
    id: 901,
    instanceId: 'DevOps.SdkClient',
    methodName: 'dispatchEvent',
    params: ['themeChanged', { detail: { data } }],
  });

document.body.append(frame);
