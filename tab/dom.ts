import { svgTags, type Child } from './piece.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';
const ofSvg: ReadonlySet<string> = new Set(svgTags);

/** A piece as nodes of this document. Nothing is ever parsed as markup. */
export function toDom(child: Child): Node {
  if (typeof child === 'string') return document.createTextNode(child);
  const { tag, attributes, children } = child;
  const element = ofSvg.has(tag)
    ? document.createElementNS(svgNamespace, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children.map(toDom));
  return element;
}
