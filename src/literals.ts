// Strings of other languages, in which nothing has a meaning: for commands and code that people paste.

/** A word of a shell, in which nothing has a meaning. */
export function shell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A string of Terraform without templates in it
 * (https://developer.hashicorp.com/terraform/language/expressions/strings).
 */
export function hcl(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, String.raw`\$&`)
    .replace(
      /[\p{Cc}\u2028\u2029]/gu,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/([$%])\{/g, '$1$1{');
  return `"${escaped}"`;
}

/** A string of Bicep without expressions in it. */
export function bicep(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`).replaceAll('${', String.raw`\${`)}'`;
}
