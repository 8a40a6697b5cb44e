import { quotedWord } from '../administration/commands.ts';
import { expression, list, quoted, resource } from './hcl.ts';
import type { TrustedToken } from './trusted-token.ts';

const path = 'azure-devops';

/** The commands of Vault that set up its `jwt` auth method for the issuer, and the role. */
export function vaultTrust({ name, issuer, audience, subject }: TrustedToken): string {
  const words = (values: Readonly<Record<string, string>>): string =>
    Object.entries(values)
      .map(([key, value]) => quotedWord(`${key}=${value}`))
      .join(' ');
  return [
    `vault auth enable -path=${path} jwt`,
    `vault write auth/${path}/config ${words({ oidc_discovery_url: issuer, bound_issuer: issuer })}`,
    `vault write auth/${path}/role/${name} ${words({
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: audience,
      bound_subject: subject,
    })}`,
  ].join('\n');
}

/** The same for Terraform's provider `vault`. */
export function vaultTerraform({ name, issuer, audience, subject }: TrustedToken): string {
  return [
    resource('vault_jwt_auth_backend', 'azure_devops', [
      ['path', quoted(path)],
      ['oidc_discovery_url', quoted(issuer)],
      ['bound_issuer', quoted(issuer)],
    ]),
    resource('vault_jwt_auth_backend_role', 'azure_devops', [
      ['backend', expression('vault_jwt_auth_backend.azure_devops.path')],
      ['role_name', quoted(name)],
      ['role_type', quoted('jwt')],
      ['user_claim', quoted('sub')],
      ['bound_audiences', list([quoted(audience)])],
      ['bound_subject', quoted(subject)],
    ]),
  ].join('\n\n');
}
