/**
 * Characters that steer a terminal, break a line, or change the direction of what stands beside
 * them: names in an organization are other people's words, and may hold any of these.
 */
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** One line as a terminal may show it; what would steer the terminal is written as `\u{…}`. */
export function visibleLine(text: string): string {
  return text.replace(
    steering,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** JSON whose texts are the same to a program, and harmless to whoever looks at it. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(steering, (character) =>
    character === '\n'
      ? character
      : String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
