// A page as a marketplace or registry shows it, where the rest of the repository is not beside it.
import { posix } from 'node:path';
import { documentAt } from './address.mjs';

/** Code, in which nothing is a link, or else a link or a picture. */
const codeOrLink = /^```[^]*?^```$|`[^`\n]*`|!?\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)/gm;

/** A block of code, or a line. */
const blocks = /^```[^]*?^```$|^.*$/gm;

/** Headings, rows of tables, pictures, and items of lists that say something of their own. */
const keepsItsWords = /^(#|\||!|\d+\. |- (?!.* · ))/;

/**
 * Keeps links that lead somewhere from the packed page, and leads the others to the
 * repository. Where nobody knows its address, a line of prose or a list of links that refers to a
 * document is left out, and elsewhere the words of a link stay. A picture that is not packed is a
 * mistake.
 *
 * @param {string} markdown one sentence a line
 * @param {{ packed: readonly string[], repository?: string, folder?: string }} place the files
 *   beside the page, by their paths, the address at which people read the repository, and the folder
 *   of the repository in which the page lies
 */
export function packedReadme(markdown, { packed, repository, folder = '' }) {
  const leadsAway = (target) =>
    !/^(#|[a-z]+:)/i.test(target) && !packed.includes(target.split('#')[0]);
  const page = repository === undefined ? withoutReferences(markdown, leadsAway) : markdown;
  return page.replace(codeOrLink, (whole, text, target) => {
    if (target === undefined || !leadsAway(target)) return whole;
    if (whole.startsWith('!')) throw new Error(`The README shows ${target}, which is not packed.`);
    return repository === undefined
      ? text
      : `[${text}](${documentAt(repository, posix.join(folder, target))})`;
  });
}

function withoutReferences(markdown, leadsAway) {
  const refers = (line) =>
    [...line.matchAll(codeOrLink)].some(
      ({ groups: { target } }) => target !== undefined && leadsAway(target),
    );
  const kept = (markdown.match(blocks) ?? []).filter(
    (block) => block.startsWith('```') || keepsItsWords.test(block) || !refers(block),
  );
  return withoutEmptySections(kept)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

/** A heading goes where nothing is left between it and the next one of its level, or of a higher one. */
function withoutEmptySections(lines) {
  const levelOf = (line) => /^#+(?= )/.exec(line)?.[0].length;
  return lines.filter((line, index) => {
    const level = levelOf(line);
    if (level === undefined) return true;
    const next = lines.slice(index + 1).find((other) => other.trim() !== '');
    return next !== undefined && (levelOf(next) ?? Infinity) > level;
  });
}
