/** The few encodings of X.690 that a certificate needs (the packages for it want a global polyfill). */

function lengthOf(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const digits = Buffer.from(
    size.toString(16).padStart(size > 0xffff ? 6 : size > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits]);
}

/** One value with its tag and length. */
export function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

/** SEQUENCE. */
export const sequence = (...content: readonly Buffer[]): Buffer => tagged(0x30, ...content);

/** SET. */
export const set = (...content: readonly Buffer[]): Buffer => tagged(0x31, ...content);

/** A context-specific, constructed value `[n]`. */
export const explicit = (n: number, ...content: readonly Buffer[]): Buffer =>
  tagged(0xa0 | n, ...content);

/** A context-specific, primitive value `[n]`. */
export const implicit = (n: number, content: Buffer): Buffer => tagged(0x80 | n, content);

/** INTEGER, not negative: a leading zero byte keeps the sign bit clear. */
export const integer = (bytes: Buffer): Buffer =>
  tagged(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);

/** BOOLEAN, true. */
export const isTrue = (): Buffer => tagged(0x01, Buffer.from([0xff]));

/** OCTET STRING. */
export const octets = (content: Buffer): Buffer => tagged(0x04, content);

/** BIT STRING with `unused` bits at its end. */
export const bits = (content: Buffer, unused = 0): Buffer =>
  tagged(0x03, Buffer.from([unused]), content);

/** UTF8String. */
export const text = (value: string): Buffer => tagged(0x0c, Buffer.from(value));

/** UTCTime, good until 2049. */
export const time = (date: Date): Buffer =>
  tagged(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** OBJECT IDENTIFIER from its dotted form. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
