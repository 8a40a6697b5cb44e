import type { RegistrationAnswer } from '../../wire/messages.ts';
import { readStartMessage, type StartMessage } from '../../wire/start-message.ts';

/** The task at the other end of Node's channel, seen from the background process. */
export interface StartingTask {
  /** What it wants; undefined when it went before it said so. Rejects for what is no start message. */
  readonly order: Promise<StartMessage | undefined>;
  /** Answers it, and lets go of it, so that its step can end. */
  answer(answer: RegistrationAnswer): Promise<void>;
}

export function startingTask(): StartingTask {
  const first = new Promise<unknown>((resolve) => {
    process.once('message', resolve);
    process.once('disconnect', () => resolve(undefined));
    // It may have gone while this process was still loading.
    if (!process.connected) resolve(undefined);
  });
  return {
    order: first.then((message) => (message === undefined ? undefined : readStartMessage(message))),
    answer: (answer) =>
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
