import { addUserCommand } from './commands.ts';
import type { Connection } from './connection.ts';
import { ok, problem, unknown, type Finding } from './findings.ts';
import { guarded } from './guarded.ts';
import type { Identity } from './identity.ts';
import {
  accessLevelOf,
  organizationUser,
  type AccessLevel,
  type Membership,
} from './organization-user.ts';

const usersPage = 'Organization settings, Users';

/** Whether the identity of a connection to Azure DevOps is a user there, and what it may use. */
export async function userFindings(
  { clientId, home }: Connection,
  identity: Identity | undefined,
  { membership, organization }: { readonly membership: Membership; readonly organization: string },
): Promise<readonly Finding[]> {
  if (clientId === undefined) return [];
  const findings: Finding[] = [];
  // In an object, since nobody may be the answer.
  const answer = await guarded('user', findings, async () => ({
    user: await organizationUser(clientId, membership),
  }));
  if (answer === undefined) return findings;
  const { user } = answer;
  if (user === undefined) {
    const text = `Its identity is no user of the organization "${organization}", which refuses it (TF401444). Add it by name in ${usersPage}, with the access level Basic, and to the project.`;
    const { principalId } = identity ?? {};
    const commands =
      principalId === undefined ? [] : [addUserCommand(principalId, organization, home)];
    return [problem('user', text, commands)];
  }
  findings.push(ok('user', `It is the user "${user.name}" of the organization.`));
  const read = await guarded(levelCheck, findings, async () => ({
    level: await accessLevelOf(user, membership),
  }));
  return read === undefined ? findings : [...findings, levelFinding(read.level)];
}

const levelCheck = 'access level';

function levelFinding(level: AccessLevel | undefined): Finding {
  if (level === undefined)
    return unknown(levelCheck, 'Azure DevOps does not tell its access level.');
  const { licence, name, status } = level;
  if (/^(none|stakeholder)$/i.test(licence)) {
    const text = `Its access level is ${name}, which does not reach code or feeds. Give it Basic in ${usersPage}.`;
    return problem(levelCheck, text);
  }
  if (status.toLowerCase() !== 'active') {
    return problem(levelCheck, `Its access is ${status}. Make it active in ${usersPage}.`);
  }
  return ok(levelCheck, `It has the access level ${name}.`);
}
