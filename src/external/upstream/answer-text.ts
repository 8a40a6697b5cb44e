import { Readable } from 'node:stream';
import { NetworkTrouble } from '../../ports.ts';

/** No answer that a sign-in takes comes near this size. */
const usualBytes = 1024 * 1024;

/** Has Azure's pipeline stream answers of every status, so that an endless one can be cut off. */
export const everyStatus = new Set<number>([Number.POSITIVE_INFINITY]);

/** What is needed of an answer of Azure's pipeline. */
interface StreamedAnswer {
  readonly readableStreamBody?: NodeJS.ReadableStream | undefined;
  readonly bodyAsText?: string | null | undefined;
}

/**
 * The text of an answer that is streamed, as Azure's pipeline does.
 * @param maxBytes of the text.
 * @throws {NetworkTrouble} when it is far too large, or not there in time.
 */
export async function textOf(
  { readableStreamBody: stream, bodyAsText }: StreamedAnswer,
  deadline: AbortSignal,
  maxBytes = usualBytes,
): Promise<string> {
  if (stream === undefined) return bodyAsText ?? '';
  const chunks: Buffer[] = [];
  let length = 0;
  const cut = (): void => {
    if (stream instanceof Readable) stream.destroy();
  };
  deadline.addEventListener('abort', cut, { once: true });
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > maxBytes) throw new NetworkTrouble('too large');
      chunks.push(bytes);
    }
  } finally {
    deadline.removeEventListener('abort', cut);
  }
  if (deadline.aborted) throw new NetworkTrouble('timeout');
  return Buffer.concat(chunks).toString('utf8');
}
