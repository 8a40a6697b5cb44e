/**
 * Cuts a UTF-8 stream into lines as .NET's `StreamReader.ReadLine` does: LF, CRLF or a lone CR end
 * a line, and a last line without an end counts.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #pending = '';
  #afterCarriageReturn = false;

  push(chunk: Uint8Array): string[] {
    return this.#cut(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): string[] {
    const lines = this.#cut(this.#decoder.decode());
    if (this.#pending !== '') lines.push(this.#pending);
    this.#pending = '';
    return lines;
  }

  #cut(text: string): string[] {
    if (text === '') return [];
    const fresh = this.#afterCarriageReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#afterCarriageReturn = text.endsWith('\r');
    const lines = (this.#pending + fresh).split(/\r\n|\n|\r/);
    this.#pending = lines.pop() ?? '';
    return lines;
  }
}
