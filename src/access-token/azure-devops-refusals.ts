import type { Verdict } from '../upstream/network-failure.ts';

const addUser =
  'Add the identity as a user of the organization, with the access level Basic at least (Organization settings, Users, Add users), and to the project; propagationTimeout can wait for it. Where it works in another organization only, set verify: false.';

/** An identity that the organization does not know, whatever words it has for that. */
export const notAUser: Verdict = {
  code: 'DEVOPS_NOT_A_USER',
  kind: 'settling',
  why: 'the identity is no user of the organization',
  remedy: addUser,
};

interface Refusal extends Verdict {
  /** What the answer says, or begins with. */
  readonly words: string;
}

/**
 * What Azure DevOps says of an identity that it does not let in, by its own words:
 * https://learn.microsoft.com/azure/devops/pipelines/library/add-devops-entra-service-connection.
 * AADSTS70052 is Entra's, and stands in `entra-failures.ts`.
 */
const refusals: readonly Refusal[] = [
  {
    words: 'TF401444',
    code: 'TF401444',
    kind: 'settling',
    why: 'it wants the identity to sign in once in a browser, which means that nobody has added it',
    remedy: addUser,
  },
  {
    words: 'VS800075',
    code: 'VS800075',
    kind: 'settling',
    why: 'the project does not exist, or the identity may not see it',
    remedy:
      'Add the identity to the project, for example to its group Readers (the service connection, View access, Member of); propagationTimeout can wait for it.',
  },
  { words: 'does not have access to Azure DevOps organization', ...notAUser },
  { words: 'TF400813', ...notAUser },
];

/** The refusal that a text of Azure DevOps tells of; undefined where it tells of none. */
export function azureDevOpsRefusal(text: string): Verdict | undefined {
  return refusals.find(({ words }) => text.includes(words));
}

/** What to do about each refusal, by the code of the failure. */
export const azureDevOpsRemedies: Readonly<Record<string, string>> =
  /* @__PURE__ */ Object.fromEntries(refusals.map(({ code, remedy }) => [code, remedy]));
