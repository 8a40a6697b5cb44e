import { askWithHeaders, listOf, textOf, type Purpose } from './answer.ts';
import { AdministrationError } from './errors.ts';
import { path, type Web } from './web.ts';

/** Nobody has as many pages; a service that never ends its list is out of order. */
const maxPages = 1_000;

/**
 * The whole of a list of Azure DevOps: follows `x-ms-continuationtoken` to its end.
 * @throws {AdministrationError} for a refusal, and for a list that has no end.
 */
export async function pages(
  web: Web,
  first: string,
  purpose: Purpose,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const next = token === undefined ? first : first + path`&continuationToken=${token}`;
    const { value, headers } = await askWithHeaders(web, { method: 'GET', path: next }, purpose);
    found.push(...listOf(value));
    const following = textOf(headers['x-ms-continuationtoken']);
    if (following === undefined) return found;
    if (following === token) break;
    token = following;
  }
  throw new AdministrationError({
    code: 'ANSWER_UNREADABLE',
    kind: 'transient',
    message: `Azure DevOps could not ${purpose.to}: its list has no end.`,
    remedy: 'Run the command again; if it stays so, name single projects.',
  });
}
