/** How much of a stream is kept, in bytes. */
export interface KeptBytes {
  readonly head: number;
  readonly tail: number;
}

/**
 * Keeps the beginning and the end of what a tool writes. Where something between them is dropped, so
 * are the lines at the cut: half a line may hold half a credential, which nobody recognises.
 */
export function keptText(stream: NodeJS.ReadableStream | null, kept: KeptBytes): () => string {
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  const bytes = { head: 0, tail: 0, all: 0 };
  stream?.on('data', (chunk: Buffer) => {
    bytes.all += chunk.length;
    const first = chunk.subarray(0, kept.head - bytes.head);
    if (first.length > 0) head.push(first);
    bytes.head += first.length;
    const rest = chunk.subarray(first.length);
    if (rest.length === 0 || kept.tail === 0) return;
    tail.push(rest);
    bytes.tail += rest.length;
    while (bytes.tail - (tail[0]?.length ?? 0) >= kept.tail) {
      bytes.tail -= tail.shift()?.length ?? 0;
    }
  });
  return () => {
    const first = Buffer.concat(head);
    const last = kept.tail === 0 ? Buffer.alloc(0) : Buffer.concat(tail).subarray(-kept.tail);
    if (bytes.all === first.length + last.length) return decoded(Buffer.concat([first, last]));
    if (kept.tail === 0) return decoded(first);
    const encoding = encodingOf(first);
    // A character of two bytes begins at an even place.
    const isHalf = encoding === 'utf16le' && (bytes.all - last.length) % 2 === 1;
    const beginning = decoded(first);
    const end = last.subarray(isHalf ? 1 : 0).toString(encoding);
    const upTo = beginning.lastIndexOf('\n') + 1;
    const from = end.indexOf('\n') + 1;
    return `${beginning.slice(0, upTo)}${from === 0 ? '' : end.slice(from)}`;
  };
}

/** Windows PowerShell writes UTF-16 with a mark at its beginning, or without one. */
function encodingOf(bytes: Buffer): 'utf8' | 'utf16le' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf16le';
  const sample = bytes.subarray(0, 256);
  const zeros = [...sample.keys()].filter((index) => sample[index] === 0);
  const odd = zeros.filter((index) => index % 2 === 1).length;
  const even = zeros.length - odd;
  return sample.length >= 4 && odd > sample.length / 8 && even < odd / 4 ? 'utf16le' : 'utf8';
}

function decoded(bytes: Buffer): string {
  return bytes.toString(encodingOf(bytes)).replace(/^\ufeff/, '');
}
