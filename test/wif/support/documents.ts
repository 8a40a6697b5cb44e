/** A command of `wif` that a document shows, with the output that it shows for it. */
export interface ShownCommand {
  readonly words: readonly string[];
  readonly output: string;
}

/** The commands in the `console` blocks of a document. */
export function commandsIn(document: string): readonly ShownCommand[] {
  return [...document.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => {
    const [, ...parts] = `\n${block}`.split(/^\$ wif /m);
    return parts.map((part) => {
      // A backslash at the end of a line joins it with the next.
      const joined = part.replaceAll('\\\n', '');
      const end = joined.indexOf('\n');
      return { words: wordsOf(joined.slice(0, end)), output: joined.slice(end + 1) };
    });
  });
}

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** A text without what differs from run to run: IDs, times, subjects, and the width of columns. */
export function comparable(text: string): string {
  return text
    .replace(/\/eid1\/\S+/g, '<subject>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<ID>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/ +/g, ' ')
    .trim();
}
