import { azureDevOpsApplicationId } from '../../src/access-token/azure-devops.ts';
/** What a pipeline does with a token for Azure DevOps that a connection to Azure DevOps replaces. */
export const devopsTraits = {
  'personal-access-token': {
    verdict: 'our step',
    what: "a token from outside of the job signs in to Azure DevOps: a personal access token is somebody's, and outlives the job",
    todo: 'FederatedLogin@1 with connectionType: azureDevOps at the top of the job: az devops then needs no token, and others read the file of its accessTokens',
  },
  'token-in-url': {
    verdict: 'change',
    what: 'a token stands in the address of a repository: git keeps it in .git/config, and prints it',
    todo: 'write the address without it, after FederatedLogin@1 with connectionType: azureDevOps, which signs git in',
  },
  'kept-devops-token': {
    verdict: 'change',
    what: 'an access token for Azure DevOps is kept for later steps: it ends after about an hour',
    todo: 'FederatedLogin@1 with connectionType: azureDevOps at the top of the job, and the file of its accessTokens',
  },
} as const;

export type DevopsTrait = keyof typeof devopsTraits;

/** Whether a trait is about Azure DevOps itself, and so about no connection to Azure. */
export function isDevopsTrait(code: string): code is DevopsTrait {
  return code in devopsTraits;
}

/** Azure DevOps as a resource of Entra. */
export const devopsResource = new RegExp(String.raw`\b${azureDevOpsApplicationId}\b`, 'i');

/** Variables from which programs read a personal access token: Azure CLI, and Terraform's provider. */
const tokenVariable = 'AZURE_DEVOPS_EXT_PAT|AZDO_PERSONAL_ACCESS_TOKEN';
const setsVariable = new RegExp(
  String.raw`(?:^|[\s"'])(?:\$env:)?(?:${tokenVariable})['"]?\s*[=,]\s*(.*)$|\bvariable=(?:${tokenVariable})\b[^\]]*\](.*)$`,
  'i',
);
/** Azure CLI's sign-in and tfx take a token from their standard input. */
const givenByPipe =
  /^(.*)\|\s*(?:az(?:\.cmd)?\s+devops\s+login\b|(?:npx\s+(?:-\S+\s+)*)?tfx(?:\.cmd)?\s)/i;
const tfxToken = /\btfx(?:\.cmd)?\s(?:.*\s)?(?:--token|-t)(?:\s+|=)("[^"]*"|'[^']*'|\S+)/i;

/** A variable of any of the shells, or a macro of Azure Pipelines, which is filled in before. */
const variable = String.raw`\$\([\w.-]+\)|\$env:\w+|\$\{\w+\}|\$\w+|%\w+%|!\w+!`;
const devopsHost = String.raw`(?:dev\.azure\.com|[\w-]+\.visualstudio\.com)`;
/**
 * What stands before the host: variables, and other letters. Each place can be read in one way only, so that
 * no text takes long.
 */
const partWithout = (letters: string): string =>
  String.raw`(?:${variable}|(?!${variable})[^\s${letters}])`;
const urlWithPassword = new RegExp(
  String.raw`https://${partWithout(`/:@"'`)}{0,400}:(${partWithout(`/@"'`)}{1,4000})@${devopsHost}\b`,
  'i',
);
/** A token may also stand where the name does; other names are those of an organization. */
const urlWithToken = new RegExp(
  String.raw`https://((?:${variable})(?:[^\s/:@"'])*)@${devopsHost}\b`,
  'i',
);

/**
 * What a statement of a script does with a token for Azure DevOps. `isFresh` says of a variable
 * that its token is the job's own, or was read from a file or made by a command in the same script.
 */
export function devopsTraitsOf(
  text: string,
  isFresh: (name: string) => boolean,
): readonly DevopsTrait[] {
  const found: DevopsTrait[] = [];
  const [, password] = urlWithPassword.exec(text) ?? [];
  const [, alone] = urlWithToken.exec(text) ?? [];
  const inUrl = password ?? (alone !== undefined && /pat|token/i.test(alone) ? alone : undefined);
  if (inUrl !== undefined && !isOfTheJob(inUrl) && !namesIn(inUrl).some(isFresh))
    found.push('token-in-url');
  const given = [
    ...(setsVariable.exec(text) ?? []).slice(1),
    ...(givenByPipe.exec(text) ?? []).slice(1),
    ...(tfxToken.exec(text) ?? []).slice(1),
  ].find((one: string | undefined) => one !== undefined && one !== '');
  if (given !== undefined && isPersonal(given, isFresh)) found.push('personal-access-token');
  return found;
}

/** What becomes of a token that a step or a job maps to a variable by which programs sign in. */
export function devopsTraitOfVariable(name: string, value: string): DevopsTrait | undefined {
  const isToken = new RegExp(`^(?:${tokenVariable})$`, 'i').test(name);
  return isToken && isPersonal(value, () => false) ? 'personal-access-token' : undefined;
}

/** Whether a value is read from a file, as the token files are that a step of ours keeps fresh. */
export function isReadFromFile(value: string): boolean {
  return /(?:^|\$\()\s*(?:cat|type)\b|\$\(\s*<|\bGet-Content\b|\bReadAllText\(/i.test(value);
}

function isPersonal(given: string, isFresh: (name: string) => boolean): boolean {
  if (/^["']{0,2}$/.test(given.trim()) || isOfTheJob(given) || isReadFromFile(given)) return false;
  if (devopsResource.test(given) || /\bget-access-token\b/i.test(given)) return false;
  return !namesIn(given).some(isFresh);
}

/** The variables that a text reads. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(new RegExp(variable, 'gi'))].map(([name]) =>
    name.replace(/^\$env:/i, '').replace(/[${}()%!]/g, ''),
  );
}

/** The job's own token ends with the job, and is nobody's in person. */
export function isOfTheJob(text: string): boolean {
  return /\bSystem[._]AccessToken\b/i.test(text);
}
