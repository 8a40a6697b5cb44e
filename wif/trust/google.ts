import { quotedWord } from '../administration/commands.ts';
import type { Connection } from '../administration/connection.ts';
import { expression, list, object, quoted, resource } from './hcl.ts';
import { unknownTrust, type TrustedToken } from './trusted-token.ts';

/** Google takes no longer `google.subject`, in bytes (its page on troubleshooting the federation). */
const maxSubjectBytes = 127;
/** Nor a longer condition, in characters. */
const maxConditionLength = 4096;

const pool = 'azure-devops';

/** The subject in Google's eyes: all of it, or what the mapping leaves. */
interface Mapping {
  readonly expression: string;
  readonly subject: string;
}

/**
 * The commands of `gcloud` that make a workload identity pool and its provider, and the name of the
 * principal that can then be given roles.
 * @throws {AdministrationError} TRUST_UNKNOWN where Google takes no such subject.
 */
export function googleTrust(token: TrustedToken, connection: Connection): string {
  const { name, issuer, audience } = token;
  const mapping = mappingOf(token, connection);
  const gcloud = 'gcloud iam workload-identity-pools';
  const place = '--location=global';
  const flags = [
    place,
    `--workload-identity-pool=${pool}`,
    `--issuer-uri=${quotedWord(issuer)}`,
    `--allowed-audiences=${quotedWord(audience)}`,
    `--attribute-mapping=${quotedWord(`google.subject=${mapping.expression}`)}`,
    `--attribute-condition=${quotedWord(conditionOf(token, connection))}`,
  ];
  return [
    `${gcloud} create ${pool} ${place}`,
    `${gcloud} providers create-oidc ${name} ${flags.join(' ')}`,
    `pool=$(${gcloud} describe ${pool} ${place} --format='value(name)')`,
    `echo "principal://iam.googleapis.com/$pool/subject/"${quotedWord(mapping.subject)}`,
  ].join('\n');
}

/**
 * The same for Terraform's provider `google`.
 * @throws {AdministrationError} TRUST_UNKNOWN where Google takes no such subject.
 */
export function googleTerraform(token: TrustedToken, connection: Connection): string {
  const { name, issuer, audience } = token;
  const mapping = mappingOf(token, connection);
  const poolResource = 'google_iam_workload_identity_pool';
  const ids = [
    [
      'workload_identity_pool_id',
      expression(`${poolResource}.azure_devops.workload_identity_pool_id`),
    ],
    ['workload_identity_pool_provider_id', quoted(name)],
  ] as const;
  const principal = `"principal://iam.googleapis.com/\${${poolResource}.azure_devops.name}/subject/`;
  return [
    resource(poolResource, 'azure_devops', [['workload_identity_pool_id', quoted(pool)]]),
    resource(
      'google_iam_workload_identity_pool_provider',
      'azure_devops',
      [
        ...ids,
        ['attribute_mapping', object([['"google.subject"', quoted(mapping.expression)]])],
        ['attribute_condition', quoted(conditionOf(token, connection))],
      ],
      [
        [
          'oidc',
          [
            ['issuer_uri', quoted(issuer)],
            ['allowed_audiences', list([quoted(audience)])],
          ],
        ],
      ],
    ),
    `output "principal" {\n  value = ${principal}${quoted(mapping.subject).text.slice(1)}\n}`,
  ].join('\n\n');
}

/** The subject of Entra's issuer is too long: its end, the IDs of organization and connection, is not. */
function mappingOf({ subject, authorizedParty }: TrustedToken, connection: Connection): Mapping {
  const [, end] = /^[^{}]*?\/sc\/([0-9a-f-]+\/[0-9a-f-]+)$/i.exec(subject) ?? [];
  const mapping =
    authorizedParty === undefined || end === undefined
      ? { expression: 'assertion.sub', subject }
      : { expression: "assertion.sub.extract('/sc/{connection}')", subject: end };
  const bytes = Buffer.byteLength(mapping.subject);
  if (bytes <= maxSubjectBytes) return mapping;
  throw unknownTrust(
    connection,
    `Google takes a subject of ${maxSubjectBytes} bytes, and this one has ${bytes}`,
  );
}

/** All of the subject, as a text of the Common Expression Language. */
function conditionOf({ subject }: TrustedToken, connection: Connection): string {
  const condition = `assertion.sub == ${JSON.stringify(subject)}`;
  if (condition.length <= maxConditionLength) return condition;
  throw unknownTrust(connection, 'its subject is longer than a condition of Google may be');
}
