import type { Child } from './piece.ts';

const htmlNamespace = 'http://www.w3.org/1999/xhtml';
const svgNamespace = 'http://www.w3.org/2000/svg';

/** A piece as nodes of this document. Nothing is ever parsed as markup. */
export function toDom(child: Child, outerNamespace = htmlNamespace): Node | string {
  if (typeof child === 'string') return child;
  const { tag, attributes, children } = child;
  const namespace = tag === 'svg' ? svgNamespace : outerNamespace;
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children.map((inner) => toDom(inner, namespace)));
  return element;
}
