import type { VariableChange } from '../agent/variable-change.ts';
import { sentenceOf, type FederationError } from '../errors.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { Use } from '../wire/expectation.ts';
import type { TokenPlace } from '../wire/messages.ts';
import type {
  AzureCliSession,
  SignInOutcome,
  SignInPlan,
  SignInTool,
  ToolMachine,
  ToolSignIn,
  ToolWorld,
} from './sign-in-tool.ts';
import { isNamed, wantedTools, type ToolChoice } from './tool-choice.ts';

/** A wanted tool of which programs are there. */
interface FoundTool {
  readonly tool: SignInTool;
  readonly programs: readonly string[];
  readonly plan: SignInPlan;
}

/** The wanted tools, and those of them of which programs are there. */
export interface FoundTools {
  readonly choice: ToolChoice;
  readonly wanted: readonly SignInTool[];
  readonly found: readonly FoundTool[];
  /** Those that are there, and that this job cannot have signed in. */
  readonly refused: ReadonlyMap<SignInTool, FederationError>;
}

/** @throws {FederationError} when a tool is named that is not there, or that this job cannot have. */
export async function findTools(
  choice: ToolChoice,
  connection: ServiceConnection,
  machine: ToolMachine,
): Promise<FoundTools> {
  const found: FoundTool[] = [];
  const refused = new Map<SignInTool, FederationError>();
  const wanted = wantedTools(choice, connection);
  for (const tool of wanted) {
    const programs = await tool.find(machine.tools);
    const [program] = programs;
    const refusal = tool.refusal?.(machine);
    if (program === undefined) {
      if (isNamed(choice, tool.name)) throw tool.missing(tool.noProgram);
    } else if (refusal !== undefined) {
      if (isNamed(choice, tool.name)) throw refusal;
      refused.set(tool, refusal);
    } else {
      const plan = (await tool.plan?.(program, connection, machine)) ?? alwaysStarted;
      found.push({ tool, programs, plan });
    }
  }
  return { choice, wanted, found, refused };
}

const alwaysStarted: SignInPlan = { kind: 'started', why: 'it keeps its session itself' };

/** Whether a session is to be written; one for Azure takes the list of subscriptions. */
export function writesSession({ found }: FoundTools): boolean {
  return found.some(({ plan }) => plan.kind === 'written');
}

/** Where the broker keeps the tokens of the found tools fresh. */
export function placesOf(
  { found }: FoundTools,
  tokenFile: string,
  connection: ServiceConnection,
): readonly TokenPlace[] {
  return found.flatMap(({ tool, plan }) => tool.places?.(tokenFile, connection, plan) ?? []);
}

/** What the named ones of the found tools will ask the broker for. */
export function usesOf(
  { choice, found }: FoundTools,
  azureCliSession: AzureCliSession,
): readonly Use[] {
  return found.flatMap(({ tool }) => {
    const use = isNamed(choice, tool.name) ? tool.useOf?.(azureCliSession) : undefined;
    return use === undefined ? [] : [use];
  });
}

/** What came of signing the tools in. */
export interface SignedInTools {
  /** What later steps need for them. */
  readonly variables: readonly VariableChange[];
  /** Whether one of them would take the variable of a token file in place of its session. */
  readonly prefersTokenFile: boolean;
}

/**
 * Signs the tools in, and logs which are not. Tools that run come first, side by side. A written session
 * comes last: earlier steps share it, so no other tool may still fail.
 * @throws {FederationError} the first failure, once all that were begun are done.
 */
export async function signInTools(
  tools: FoundTools,
  whom: ToolSignIn,
  world: ToolWorld,
): Promise<SignedInTools> {
  const { choice, found } = tools;
  const outcomes = new Map<SignInTool, SignInOutcome>();
  for (const kind of ['started', 'written'] as const) {
    const next = found.filter(({ plan }) => plan.kind === kind);
    const settled = await Promise.allSettled(
      next.map(({ tool, programs, plan }) =>
        tool.signIn(programs, { ...whom, plan, isNamed: isNamed(choice, tool.name) }, world),
      ),
    );
    for (const [index, { tool }] of next.entries()) {
      const outcome = valueOf(settled[index]);
      if (!outcome.isSignedIn && isNamed(choice, tool.name)) throw tool.missing(outcome.why);
      outcomes.set(tool, outcome);
    }
  }
  if (choice === 'auto') tellNotSignedIn(tools, outcomes, world);
  const inOrder = found.flatMap(({ tool }) => outcomes.get(tool) ?? []);
  const signedIn = inOrder.filter((outcome) => outcome.isSignedIn);
  const variables = signedIn.flatMap((outcome) => outcome.variables);
  return {
    // Two tools that ask the broker need the same variables.
    variables: [...new Map(variables.map((variable) => [variable.name, variable])).values()],
    prefersTokenFile: signedIn.some(({ prefersTokenFile }) => prefersTokenFile === true),
  };
}

/** What was there and is no tool; and where no tool is signed in, all that was looked for. */
function tellNotSignedIn(
  { wanted, refused }: FoundTools,
  outcomes: ReadonlyMap<SignInTool, SignInOutcome>,
  { agent }: ToolWorld,
): void {
  const isAnySignedIn = [...outcomes.values()].some(({ isSignedIn }) => isSignedIn);
  for (const tool of wanted) {
    const outcome = outcomes.get(tool);
    const refusal = refused.get(tool);
    if (refusal !== undefined) {
      agent.warn(sentenceOf(refusal));
    } else if (outcome === undefined && !isAnySignedIn) {
      agent.say(`${tool.title} is not signed in: ${tool.noProgram}.`);
    } else if (outcome?.isSignedIn === false) {
      agent.say(`${tool.title} is not signed in: ${outcome.why}.`);
    }
  }
}

function valueOf(settled: PromiseSettledResult<SignInOutcome> | undefined): SignInOutcome {
  if (settled === undefined) throw new TypeError('a tool without an outcome');
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
