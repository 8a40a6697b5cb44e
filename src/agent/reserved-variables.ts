import { oneLine, refusal } from '../errors.ts';

const guid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const connection = `(${guid}|SYSTEMVSSCONNECTION)`;

/**
 * The environment variables in which the agent hands service connections, secure files and task
 * variables to a step (its `Handler` and `TaskRunner`). Agents before 5.277 write the variables of the
 * job after them, so that a line which any step prints could stand in their place.
 */
const agentForms = new RegExp(
  `^(${[
    `ENDPOINT_URL_${connection}`,
    `ENDPOINT_AUTH_(SCHEME_)?${connection}`,
    `ENDPOINT_AUTH_PARAMETER_${connection}_.+`,
    `ENDPOINT_DATA_${connection}(_.+)?`,
    `SECUREFILE_(NAME|TICKET)_${guid}`,
    'VSTS_TASKVARIABLE_.+',
  ].join('|')})$`,
  'is',
);

/** How the agent makes a name of the environment from that of a variable; its case is kept at will. */
export function mangled(name: string): string {
  return name.replace(/[. ]/g, '_').toUpperCase();
}

/**
 * @param names of all variables of the job, as their authors wrote them.
 * @throws {FederationError} that names those that have a form of the agent's own.
 */
export function refuseReservedVariables(names: readonly string[]): void {
  const reserved = names.filter((name) => agentForms.test(mangled(name)));
  if (reserved.length > 0) throw reservedNames(reserved);
}

/**
 * Another variable can arrive under the same name of the environment as one of the agent's own: with an
 * underscore in place of a dot it is not among those that the agent keeps read-only.
 * @param own the agent's variables that this task reads, as the agent writes them.
 * @param names of all variables of the job.
 * @throws {FederationError} that names those which stand in the place of the agent's own.
 */
export function refuseShadows(own: readonly string[], names: readonly string[]): void {
  const isShadow = (name: string): boolean =>
    own.some((one) => mangled(one) === mangled(name) && one.toUpperCase() !== name.toUpperCase());
  const shadows = names.filter(isShadow);
  if (shadows.length > 0) throw reservedNames(shadows);
}

/** @throws {FederationError} where a variable of the job has the form of an input of this task. */
export function refuseReservedInput(input: string, names: readonly string[]): void {
  const reserved = names.filter((name) => mangled(name) === `INPUT_${mangled(input)}`);
  if (reserved.length > 0) throw reservedNames(reserved);
}

function reservedNames(names: readonly string[]): Error {
  return refusal(
    'RESERVED_VARIABLES',
    `This job has variables that are named as the agent names its own: ${names.map(oneLine).join(', ')}. By them anybody who prints a line could choose where tokens go.`,
    'Find the step, variable group or template that sets them, and give them other names.',
  );
}
