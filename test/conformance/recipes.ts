import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audienceOf } from '../harness/emulator/other-clouds/trusts.ts';
import type { ServiceConnection } from '../harness/emulator/service-connections.ts';
import { repository } from './paths.ts';

/** What the page has in the place of the values of one connection with the issuer of Entra. */
const placeholders = {
  issuer: 'https://login.microsoftonline.com/<tenant ID>/v2.0',
  subject: '/eid1/c/pub/t/…/a/…/sc/<organization ID>/<service connection ID>',
};

/** Where the page has the recipe of a server: the start of its only block that sets up a trust. */
const starts = {
  vault: '```bash\nvault auth enable',
  kubernetes: '```yaml\napiVersion: apiserver.config.k8s.io/',
} as const;

/** A server whose own code checks ID tokens in the run. */
export type ServerName = keyof typeof starts;
export const serverNames = Object.keys(starts) as readonly ServerName[];

/**
 * Writes the recipes of the page on other clouds for a connection into a folder: as they are, with
 * another audience, with another subject, and with no leeway for a token that has expired.
 */
export function writeRecipes(folder: string, connection: ServiceConnection): void {
  const audience = audienceOf(connection);
  const page = readFileSync(join(repository, 'docs', 'OTHER-CLOUDS.md'), 'utf8');
  for (const server of serverNames) {
    const right = blockThatStarts(page, starts[server])
      .replaceAll(placeholders.issuer, connection.issuer)
      .replaceAll(placeholders.subject, connection.subject);
    const variants = {
      right,
      audience: right.replaceAll(audience, 'https://other.example'),
      subject: right.replaceAll(connection.subject, 'sc://contoso/shop/other'),
      // Vault takes a token for a minute after its end, unless the role says otherwise.
      expired: right.replace('token_policies=', 'clock_skew_leeway=-1 token_policies='),
    };
    for (const [name, text] of Object.entries(variants)) {
      writeFileSync(join(folder, `${server}-${name}`), text);
    }
  }
}

function blockThatStarts(page: string, start: string): string {
  const [, rest = ''] = page.split(start);
  const [head = ''] = start.split('\n').slice(1);
  const block = rest.slice(0, rest.indexOf('```'));
  if (block === '')
    throw new Error(`docs/OTHER-CLOUDS.md has no block that starts with "${head}".`);
  return `${head}${block}`;
}
