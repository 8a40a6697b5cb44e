import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { invalidInput, listInput } from '../agent/task-inputs.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { allTools } from './all.ts';
import type { SignInTool } from './sign-in-tool.ts';

/** Each tool that is installed, or the named ones, which then must be. */
export type ToolChoice = 'auto' | readonly string[];

const toolNames = allTools.map(({ name }) => name);

/** @throws {FederationError} for any word that is no tool, `auto` or `none` alone. */
export function toolsInput(agent: Pick<PipelineAgent, 'input'>): ToolChoice {
  const words = listInput(agent, 'tools').map((word) => word.toLowerCase());
  const [first, ...others] = words;
  if (first === undefined) return 'auto';
  if (others.length === 0 && first === 'auto') return 'auto';
  if (others.length === 0 && first === 'none') return [];
  const isUnknown = words.some((word) => !toolNames.some((name) => name.toLowerCase() === word));
  if (isUnknown) {
    throw invalidInput(
      'tools',
      agent.input('tools'),
      `Write auto, none, or one or more of ${toolNames.join(', ')}, separated by commas.`,
    );
  }
  return toolNames.filter((name) => words.includes(name.toLowerCase()));
}

/** The tools to be signed in, should they be there. */
export function wantedTools(
  choice: ToolChoice,
  connection: ServiceConnection,
): readonly SignInTool[] {
  return allTools.filter((tool) =>
    choice === 'auto' ? (tool.isAutomatic?.(connection) ?? true) : choice.includes(tool.name),
  );
}

/** Whether the author named such tools alone that need nothing of what Azure SDKs read. */
export function leavesIdentity(choice: ToolChoice): boolean {
  if (choice === 'auto' || choice.length === 0) return false;
  return allTools.every(({ name, standsAlone }) => standsAlone === true || !choice.includes(name));
}

/** Whether the author named the tool, so that the step fails where it is not there. */
export function isNamed(choice: ToolChoice, tool: string): boolean {
  return choice !== 'auto' && choice.includes(tool);
}
