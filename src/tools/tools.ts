import type { VariableChange } from '../agent/variable-change.ts';
import type { Tools } from '../ports.ts';
import type { TokenPlace } from '../wire/messages.ts';
import { allTools } from './all.ts';
import type { SignInTool, ToolSignIn, ToolWorld } from './sign-in-tool.ts';
import { isNamed, wants, type ToolChoice } from './tool-choice.ts';

/** The wanted tools of which programs are there. */
export interface FoundTools {
  readonly choice: ToolChoice;
  readonly found: readonly { readonly tool: SignInTool; readonly programs: readonly string[] }[];
}

/** @throws {FederationError} when a tool is named and its program is not there. */
export async function findTools(choice: ToolChoice, tools: Tools): Promise<FoundTools> {
  const found: { tool: SignInTool; programs: readonly string[] }[] = [];
  for (const tool of allTools.filter(({ name }) => wants(choice, name))) {
    const programs = await tool.find(tools);
    if (programs.length > 0) found.push({ tool, programs });
    else if (isNamed(choice, tool.name)) throw tool.missing('no program');
  }
  return { choice, found };
}

/** Where the broker keeps the tokens of the found tools fresh. */
export function placesOf({ found }: FoundTools, tokenFile: string): readonly TokenPlace[] {
  return found.flatMap(({ tool }) => tool.places?.(tokenFile) ?? []);
}

/**
 * Signs the tools in, side by side, and logs what later steps need for that.
 * @throws {FederationError} the first failure, once all are done.
 */
export async function signInTools(
  { choice, found }: FoundTools,
  whom: ToolSignIn,
  world: ToolWorld,
): Promise<readonly VariableChange[]> {
  const settled = await Promise.allSettled(
    found.map(({ tool, programs }) => tool.signIn(programs, whom, world)),
  );
  const offers = settled.map((one) => valueOf(one));
  for (const [index, { tool }] of found.entries()) {
    if (offers[index] === undefined && isNamed(choice, tool.name)) throw tool.missing('no module');
  }
  if (choice === 'auto' && offers.every((offer) => offer === undefined)) {
    const titles = allTools.map(({ title }) => title).join(' nor ');
    world.agent.say(`Neither ${titles} is installed here: none is signed in.`);
  }
  const variables = offers.flatMap((offer) => offer ?? []);
  // Two tools that ask the broker need the same variables.
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
