import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import { Secret } from '../../secret.ts';

/**
 * Masks values, and remembers them beside those that this step was given.
 * @param given what the agent gave: undefined and empty ones are none.
 * @param setSecret has the agent hide a text in every log.
 */
export function masks(
  given: () => readonly (string | undefined)[],
  setSecret: (text: string) => void,
): Pick<PipelineAgent, 'mask' | 'secrets'> {
  const masked: Secret[] = [];
  return {
    secrets: () => {
      const filled = given().filter((text) => text !== undefined && text !== '');
      return [...filled.map((text) => new Secret(text ?? '')), ...masked];
    },
    mask: (value) => {
      masked.push(value);
      setSecret(value.reveal());
    },
  };
}
