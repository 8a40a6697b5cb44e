import { NetworkTrouble } from '../../ports.ts';

/**
 * Rejects at the deadline, even where a library ignores the abort signal.
 * @throws {NetworkTrouble} once the deadline has passed; what the work does then is nobody's concern.
 */
export async function within<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  const cut = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(new NetworkTrouble('timeout')), { once: true });
  });
  return Promise.race([work, cut]);
}
