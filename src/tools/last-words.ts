import type { Secret } from '../secret.ts';

/** What is quoted of a tool, in characters. */
const maxLength = 300;

/** A longer line is no sentence, and what it holds cannot be told from a credential. */
const maxLine = 32 * 1024;

/** How far before the last line a credential may begin that ends in it. */
const maxCredential = 16 * 1024;

const mark = '***';

/** Part of a text: from an index, up to another one. */
type Range = readonly [from: number, to: number];

/**
 * The last line that a tool wrote to its error stream, as an error may quote it: freed of every
 * credential that this step knows, of whatever looks like one, and of all that is no text.
 *
 * A terminal's width may break a credential, so it is searched for in the lines joined together.
 * @param errors what the tool wrote; each of its lines must be whole.
 * @returns undefined where nothing is left that says anything.
 */
export function lastWords(errors: string, known: readonly Secret[]): string | undefined {
  const lines = errors
    .split(/[\n\r\v\f\u0085\u2028\u2029]+/)
    .map(textOf)
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const last = lines.at(-1);
  if (last === undefined || last.length > maxLine) return undefined;
  const joined = lines.join('').slice(-(maxCredential + last.length));
  const start = joined.length - last.length;
  const hidden = [
    ...knownIn(joined, known),
    ...lookAlikesIn(joined),
    ...lookAlikesIn(last).map(([from, to]): Range => [from + start, to + start]),
  ];
  const inLast = hidden.map(([from, to]): Range => [Math.max(from - start, 0), to - start]);
  const words = withoutRanges(last, inLast).replace(/#{2,}/g, '#').trim();
  return /[\p{L}\p{N}]/u.test(words) ? shortened(words) : undefined;
}

/** A line without orders to a terminal, and without any character that is not seen. */
function textOf(line: string): string {
  return (
    line
      // Commands of terminals: ECMA-48, sections 5.4 (CSI) and 8.3.89 (OSC).
      .replace(/(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g, '')
      .replace(/(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g, '')
      .replace(/[\t\p{Z}]+/gu, ' ')
      .replace(/\p{C}/gu, '')
      // What PowerShell 7 puts before the lines of an error.
      .replace(/^ *\| /, '')
      .trim()
  );
}

function knownIn(text: string, known: readonly Secret[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const form of new Set(known.flatMap((secret) => formsOf(secret.reveal())))) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      ranges.push([at, at + form.length]);
    }
  }
  return ranges;
}

/** A credential as tools print it: itself, quoted, encoded for a URL, in base64 at any offset. */
function formsOf(value: string): readonly string[] {
  const text = textOf(value);
  if (text.length < 3) return [];
  const bytes = Buffer.from(text, 'utf8');
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Only the characters that this value alone decides.
    return encoded.slice(
      Math.ceil((offset * 4) / 3),
      Math.floor(((offset + bytes.length) * 4) / 3),
    );
  });
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    ...(text.length < 8 ? [] : inBase64),
    ...(text.length < 8 ? [] : inBase64.map(toBase64Url)),
  ];
}

function toBase64Url(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

/** Each pattern, and which of its groups is the credential. */
const credentialPatterns: readonly RegExp[] = [
  // Parts of a JSON Web Token: its header and claims begin with {" in base64url.
  /(?<it>eyJ[\w-]*(?:\.[\w-]*)*)/dg,
  // NAME=value and NAME: value, also in JSON, in quotes, and in JSON within JSON.
  /(?:(?:secret|passw(?:or)?d|passphrase|assertion)[\w-]{0,80}|(?:\b|_|%(?:25)*(?:26|3F))(?:pwd|pass|pat|cookie|session|sig)|(?:token|key|signature|authorization|credential)(?:s|\d+|value|[_-][\w-]{0,80})?)\\?["']?\s*(?:[=:]|%(?:25)*3[AD])\s*(?:(?:bearer|basic)\s+)?(?<it>\\?"(?:[^"\\]|\\.)*"|'[^']*'|\S+)/dgi,
  // --password value
  /(?<![\w-])--?[\w-]{0,80}?(?:secret|password|token|assertion|key)[\w-]{0,80}\s+(?<it>\S+)/dgi,
  // Authorization: Bearer value
  /\b(?:bearer|basic)\s+(?<it>[\w+/=.~-]{16,}|\S*\d\S*)/dgi,
  // The query and the fragment of a URL, and the user in it.
  /[a-z][a-z\d+.-]{0,30}:\/\/[^\s?#]{0,4096}(?<it>[?#]\S*)/dgi,
  /(?<it>\?[\w.-]+=\S*)/dg,
  // A password may hold what it should have been written without: the last @ ends it.
  /:\/\/(?<it>\S{1,4096}@)/dg,
  // The same of a proxy without a scheme.
  /(?<![\w:/.-])(?<it>[\w.-]{1,80}:(?!\/\/)\S{1,200}@)(?=[\w.-]+(?::\d|[\s/'",]|$))/dg,
  // Base64 with its own two characters, which are those of paths and sums too.
  /(?<it>(?<![\w+/=])(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])(?=[\w+/]*\d)\w{8,}[\w+/]{32,}={0,2})/dg,
];

function lookAlikesIn(text: string): readonly Range[] {
  const ranges: Range[] = [];
  for (const pattern of credentialPatterns) {
    for (const { indices } of text.matchAll(pattern)) {
      const range = indices?.groups?.['it'];
      if (range !== undefined) ranges.push(range);
    }
  }
  for (const { 0: run, index } of text.matchAll(/[\w-]{20,}=*/g)) {
    if (looksRandom(run)) ranges.push([index, index + run.length]);
  }
  return ranges;
}

/** Names are shorter, or have no digit in them; a GUID says who or where, and opens nothing. */
function looksRandom(run: string): boolean {
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(run)) return false;
  return run.length >= 40 || /\d/.test(run);
}

function withoutRanges(text: string, ranges: readonly Range[]): string {
  let words = '';
  let at = 0;
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    if (to <= at) continue;
    if (from > at || !words.endsWith(mark)) words += `${text.slice(at, Math.max(from, at))}${mark}`;
    at = to;
  }
  return words + text.slice(at);
}

function shortened(words: string): string {
  const characters = Array.from(words);
  if (characters.length <= maxLength) return words;
  return `${characters.slice(0, maxLength - 1).join('')}…`;
}
