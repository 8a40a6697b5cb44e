import type { RegistrationAnswer, StartMessage } from '../../wire/messages.ts';

/** The task at the other end of Node's channel, seen from the background process. */
export interface StartingTask {
  /** What it wants; undefined when it went before it said so. */
  readonly order: Promise<StartMessage | undefined>;
  /** Answers it, and lets go of it, so that its step can end. */
  tell(answer: RegistrationAnswer): Promise<void>;
}

export function startingTask(): StartingTask {
  const order = new Promise<StartMessage | undefined>((resolve) => {
    process.once('message', (message) => resolve(message as StartMessage));
    process.once('disconnect', () => resolve(undefined));
    // It may have gone while this process was still loading.
    if (!process.connected) resolve(undefined);
  });
  return {
    order,
    tell: (answer) =>
      new Promise((resolve) => {
        if (!process.connected) {
          resolve();
          return;
        }
        process.send?.(answer, () => {
          if (process.connected) process.disconnect();
          resolve();
        });
      }),
  };
}
