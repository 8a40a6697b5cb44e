import type { Child } from '../tab/piece.ts';

/** A piece of the results tab as HTML, for a page that is made without a browser. */
export function toHtml(child: Child): string {
  if (typeof child === 'string') return escaped(child);
  const attributes = Object.entries(child.attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
  return `<${child.tag}${attributes}>${child.children.map(toHtml).join('')}</${child.tag}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
