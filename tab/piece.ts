/** HTML elements that the page is made of. */
type HtmlTag =
  | ('a' | 'caption' | 'details' | 'div' | 'figcaption' | 'figure' | 'h1' | 'h2' | 'header' | 'i')
  | ('li' | 'main' | 'p' | 'span' | 'strong' | 'summary' | 'table' | 'tbody' | 'td' | 'th')
  | ('thead' | 'tr' | 'ul');

/** SVG elements that the picture is made of. */
type SvgTag = 'defs' | 'g' | 'line' | 'path' | 'pattern' | 'rect' | 'svg' | 'text' | 'title';

type Tag = HtmlTag | SvgTag;

/** Attributes that name no address, hold no script and no style. */
type Attribute =
  | ('aria-label' | 'class' | 'data-picture' | 'data-table' | 'data-job' | 'open' | 'role')
  | ('scope' | 'd' | 'fill' | 'height' | 'id' | 'patternUnits' | 'patternTransform')
  | ('text-anchor' | 'viewBox' | 'width' | 'x' | 'x1' | 'x2' | 'y' | 'y1' | 'y2' | 'rx');

export type Attributes = Readonly<Partial<Record<Attribute, string | number>>>;

/** An element of the page as plain values, so that it can be made without a browser too. */
export interface Piece {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
}

/** A text is always shown as text, whatever it holds. */
export type Child = Piece | string;

/** An element with its attributes and contents. */
export function piece(tag: Tag, attributes: Attributes, ...children: readonly Child[]): Piece {
  return { tag, attributes, children };
}

/** How many elements a piece is made of. */
export function sizeOf(child: Child): number {
  if (typeof child === 'string') return 0;
  return child.children.reduce((sum, inner) => sum + sizeOf(inner), 1);
}
