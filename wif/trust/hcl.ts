import { hcl } from '../../src/literals.ts';

/** A value of HCL, as it is to be written. */
export interface Expression {
  readonly text: string;
}

/** The attributes of a block or an object, in their order. */
export type Attributes = readonly (readonly [name: string, value: Expression])[];

/** Anything as an expression of HCL. */
export function expression(text: string): Expression {
  return { text };
}

/** A text in quotes, with nothing in it that HCL would take for its own. */
export function quoted(text: string): Expression {
  return { text: hcl(text) };
}

/** A list in one line. */
export function list(values: readonly Expression[]): Expression {
  return { text: `[${values.map(({ text }) => text).join(', ')}]` };
}

/** An object over several lines, its equals signs in a column as `terraform fmt` has them. */
export function object(attributes: Attributes): Expression {
  return { text: `{\n${indented(lines(attributes))}\n}` };
}

/** A resource: its attributes, and behind them its nested blocks. */
export function resource(
  type: string,
  name: string,
  attributes: Attributes,
  blocks: readonly (readonly [name: string, attributes: Attributes])[] = [],
): string {
  const nested = blocks.map(([block, inner]) => `${block} {\n${indented(lines(inner))}\n}`);
  const body = [lines(attributes), ...nested].join('\n\n');
  return `resource "${type}" "${name}" {\n${indented(body)}\n}`;
}

/** `terraform fmt` aligns neighbours of one line each; a longer value ends such a group. */
function lines(attributes: Attributes): string {
  const isLong = ({ text }: Expression): boolean => text.includes('\n');
  const groups: Attributes[] = [];
  let isOpen = false;
  for (const attribute of attributes) {
    const isShort = !isLong(attribute[1]);
    const open = isShort && isOpen ? groups.pop() : undefined;
    groups.push([...(open ?? []), attribute]);
    isOpen = isShort;
  }
  return groups
    .flatMap((group) => {
      const width = Math.max(...group.map(([name]) => name.length));
      return group.map(([name, value]) => `${name.padEnd(width)} = ${value.text}`);
    })
    .join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
