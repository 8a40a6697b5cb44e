// The README as the marketplace shows it, where the rest of the repository is not beside it.

/** Code, in which nothing is a link, or else a link or a picture. */
const codeOrLink = /^```[^]*?^```$|`[^`\n]*`|!?\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)/gm;

/**
 * Keeps links that lead somewhere from the marketplace's page; leads others to the repository, or
 * leaves their words where there is none to lead to. A picture that is not packed is a mistake.
 *
 * @param {string} markdown
 * @param {{ packed: readonly string[], repository?: string }} place the files beside the page, by
 *   their paths, and the address at which people read the repository
 */
export function packedReadme(markdown, { packed, repository }) {
  return markdown.replace(codeOrLink, (whole, text, target) => {
    if (target === undefined || /^(#|[a-z]+:)/i.test(target)) return whole;
    const [path] = target.split('#');
    if (packed.includes(path)) return whole;
    if (whole.startsWith('!')) throw new Error(`The README shows ${path}, which is not packed.`);
    return repository === undefined ? text : `[${text}](${repository}/blob/HEAD/${target})`;
  });
}

/**
 * The address at which people read the repository, from what npm allows to stand in package.json.
 *
 * @param {undefined | string | { url: string }} repository
 */
export function addressOf(repository) {
  const url = typeof repository === 'object' ? repository.url : repository;
  const address = url?.replace(/^git\+/, '').replace(/(\.git)?\/?$/, '');
  if (address === undefined || address.startsWith('https://')) return address;
  throw new Error(`The repository of package.json is ${url}; the README needs an https address.`);
}
