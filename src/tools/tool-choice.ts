import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { invalidInput, listInput } from '../agent/task-inputs.ts';
import { allTools } from './all.ts';

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

/** Whether a tool is to be signed in, should it be there. */
export function wants(choice: ToolChoice, tool: string): boolean {
  return choice === 'auto' || choice.includes(tool);
}

/** Whether the author named the tool, so that the step fails where it is not there. */
export function isNamed(choice: ToolChoice, tool: string): boolean {
  return choice !== 'auto' && choice.includes(tool);
}
