import { DefaultAzureCredential } from '@azure/identity';
import { bearer, Secret } from '../../src/secret.ts';
import { recordOf, textOf } from '../administration/answer.ts';
import { requirePublicCloud } from '../administration/cloud.ts';
import { administrationError } from '../administration/errors.ts';

/** The value of an `Authorization` header, fresh at each call. */
export type Authorization = () => Promise<Secret>;

export const graphScope = 'https://graph.microsoft.com/.default';
export const resourceManagerScope = 'https://management.azure.com/.default';

/** What Azure CLI, PowerShell or azd may take for a token; without it one that hangs is waited for. */
const maxProcessMs = 60_000;

/** A token that has less left than this is replaced first. */
const minLeftMs = 5 * 60_000;

/** Entra's tokens, by whatever the administrator is signed in with: Azure CLI, PowerShell, a service principal. */
export function entraSignIn(
  tenantId: string | undefined,
  authority: URL | undefined,
): (scope: string) => Authorization {
  const credential = new DefaultAzureCredential({
    processTimeoutInMs: maxProcessMs,
    ...(tenantId === undefined ? {} : { tenantId }),
  });
  return (scope) => {
    let kept: { readonly header: Secret; readonly expiresMs: number } | undefined;
    let asked: Promise<Secret> | undefined;
    const fetch = async (): Promise<Secret> => {
      try {
        const { token, expiresOnTimestamp } = await credential.getToken(scope);
        kept = { header: bearer(new Secret(token)), expiresMs: expiresOnTimestamp };
        return kept.header;
      } catch (error) {
        throw signInFailed(error);
      } finally {
        asked = undefined;
      }
    };
    return async () => {
      requirePublicCloud(authority);
      if (kept !== undefined && kept.expiresMs - Date.now() > minLeftMs) return kept.header;
      // Azure CLI is a process for each token: however many ask, it is started once.
      return (asked ??= fetch());
    };
  };
}

/** Whose token a header carries, by its claims; they are shown to nobody but compared. */
export async function accountOf(
  authorization: Authorization,
): Promise<{ readonly tenantId: string; readonly names: readonly string[] }> {
  const [, payload = ''] = (await authorization()).reveal().split('.');
  const claims = recordOf(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const names = ['upn', 'unique_name', 'preferred_username', 'appid', 'azp', 'oid'];
  return {
    tenantId: textOf(claims['tid']) ?? '',
    names: names.flatMap((name) => textOf(claims[name]) ?? []),
  };
}

/** A personal access token, as Azure DevOps takes it: the password of nobody in particular. */
export function personalSignIn(token: Secret): Authorization {
  const header = new Secret(`Basic ${Buffer.from(`:${token.reveal()}`).toString('base64')}`);
  return () => Promise.resolve(header);
}

/** The library's text may quote what was sent; only Entra's numbers are taken from it. */
function signInFailed(error: unknown): Error {
  const text = error instanceof Error ? error.message : '';
  const codes = [...new Set(text.match(/AADSTS\d{4,7}/g) ?? [])].join(', ');
  return administrationError(
    'SIGN_IN_FAILED',
    `There is no sign-in to Entra${codes === '' ? '' : ` (${codes})`}.`,
    'Run az login --tenant <tenant>, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and a credential of a service principal; for Azure DevOps alone a personal access token in AZURE_DEVOPS_EXT_PAT will do.',
  );
}
