// Where people read the repository, and what the package says of it.

/**
 * The address at which people read the repository, from what npm allows to stand in package.json.
 *
 * @param {undefined | string | { url: string }} repository
 */
export function addressOf(repository) {
  const url = typeof repository === 'object' ? repository.url : repository;
  const address = url?.replace(/^git\+/, '').replace(/(\.git)?\/?$/, '');
  if (address === undefined) return undefined;
  // What git knows of a repository may hold a token.
  const shown = address.replace(/[?#].*$/s, '?***').replace(/^([a-z+]+:\/*)?.*@/is, '$1***@');
  if (!address.startsWith('https://') || !URL.canParse(address)) {
    throw new Error(
      `The address of the repository is ${shown}; the package needs an https address.`,
    );
  }
  const { username, password, search, hash } = new URL(address);
  if ([username, password, search, hash].some((part) => part !== '')) {
    throw new Error(`The address ${shown} of the repository holds more than a host and a path.`);
  }
  if (address.includes('/_git/')) {
    throw new Error(
      `${shown} is in Azure Repos; the package needs a host that shows files below /blob/HEAD/, as GitHub does.`,
    );
  }
  return address;
}

/**
 * Where a document is read on the web, as GitHub and its like show it.
 *
 * @param {string} address of the repository
 * @param {string} path of the document, with the heading behind a `#`
 */
export function documentAt(address, path) {
  return `${documentsAt(address)}/${path}`;
}

/**
 * The address below which the documents are read.
 *
 * @param {string} address of the repository
 */
export function documentsAt(address) {
  return `${address}/blob/HEAD`;
}

/**
 * What the manifest of the extension says where it knows its address.
 *
 * @param {string | undefined} address
 */
export function linksOfManifest(address) {
  if (address === undefined) return {};
  const uriOf = (path) => ({ uri: documentAt(address, path) });
  return {
    repository: { type: 'git', uri: address },
    links: {
      home: { uri: address },
      getstarted: uriOf('docs/EXAMPLES.md'),
      learn: uriOf('docs/REFERENCE.md'),
      support: uriOf('docs/SUPPORT.md#support'),
      issues: { uri: `${address}/issues` },
      license: uriOf('LICENSE'),
      privacypolicy: uriOf('docs/SUPPORT.md#telemetry-and-privacy'),
    },
  };
}

/**
 * What the manifest of a task says where it knows its address. The agent prints the help at the top
 * of each step's log.
 *
 * @param {string | undefined} address
 * @param {{ name: string, helpMarkDown: string }} task
 */
export function helpOfTask(address, { name, helpMarkDown }) {
  if (address === undefined) return {};
  const helpUrl = documentAt(address, `docs/REFERENCE.md#${name.toLowerCase()}1`);
  return { helpUrl, helpMarkDown: `${helpMarkDown} [Read more](${helpUrl})` };
}
