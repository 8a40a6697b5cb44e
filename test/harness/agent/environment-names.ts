/** A variable's name as environment variable: dots and blanks only, then upper case. */
export function mangle(name: string, preserveCase = false): string {
  const formatted = name.replaceAll('.', '_').replaceAll(' ', '_');
  return preserveCase ? formatted : formatted.toUpperCase();
}
