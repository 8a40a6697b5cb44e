/** A node of a YAML document, with the line on which it begins, from 1. */
export type YamlNode =
  | { readonly kind: 'map'; readonly line: number; readonly entries: readonly YamlEntry[] }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly YamlNode[] }
  | {
      readonly kind: 'text';
      readonly line: number;
      readonly text: string;
      /** A block, whose first line is the one after. */
      readonly isBlock: boolean;
    };

export interface YamlEntry {
  readonly key: string;
  readonly value: YamlNode;
}

/** The documents of a file, or why it is none. */
export type YamlReading =
  { readonly documents: readonly YamlNode[] } | { readonly mistake: string; readonly line: number };

/** The value of a key, whatever its case; undefined where there is none. */
export function child(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.find(({ key }) => key.toLowerCase() === name.toLowerCase())?.value;
}

/** The text of a key. */
export function textAt(node: YamlNode | undefined, name: string): string | undefined {
  const value = child(node, name);
  return value?.kind === 'text' ? value.text : undefined;
}

/** Whether a text depends on what only the run knows: `${{ … }}`, `$(…)` of a pipeline, `$[ … ]`. */
export function isExpression(text: string): boolean {
  return /\$\{\{|^\s*\$\([\w.-]+\)\s*$|\$\[/.test(text);
}

/** Whether a key is a condition or a loop of templates, around what stands below it. */
export function isTemplateKey(key: string): boolean {
  return /^\s*\$\{\{.*\}\}\s*$/s.test(key);
}
