import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  visit,
  type Document,
} from 'yaml';
import type { YamlNode, YamlReading } from '../administration/pipeline-tree.ts';

/** A document nested deeper than this is no pipeline. */
const maxDepth = 100;

/** More than any pipeline has. An alias counts with all that it stands for: a few can stand for billions. */
const maxNodes = 200_000;

/** Reads the YAML documents of a text, with lines. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, uniqueKeys: false });
  const documents = Array.isArray(parsed) ? (parsed as readonly Document[]) : [];
  const [mistake] = documents.flatMap(({ errors }) => errors);
  if (mistake !== undefined) {
    const line = mistake.linePos?.[0].line ?? 1;
    return { mistake: mistake.message.split('\n')[0] ?? 'no YAML', line };
  }
  const reader = { lines, targets: targetsOf(documents), nodesLeft: maxNodes };
  const nodes = documents.map(({ contents }) => nodeOf(contents, reader, 0));
  if (reader.nodesLeft > 0) return { documents: nodes };
  return { mistake: `it stands for more than ${maxNodes} values`, line: 1 };
}

interface Reader {
  readonly lines: LineCounter;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<unknown, unknown>;
  nodesLeft: number;
}

/** Found in one walk: the library itself walks through the document for each alias. */
function targetsOf(documents: readonly Document[]): ReadonlyMap<unknown, unknown> {
  const targets = new Map<unknown, unknown>();
  for (const document of documents) {
    const anchored = new Map<string, unknown>();
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) targets.set(node, anchored.get(node.source));
        else if (node.anchor !== undefined) anchored.set(node.anchor, node);
      },
    });
  }
  return targets;
}

function nodeOf(node: unknown, reader: Reader, depth: number): YamlNode {
  const line = lineOf(node, reader.lines);
  reader.nodesLeft -= 1;
  if (depth > maxDepth || reader.nodesLeft <= 0)
    return { kind: 'text', line, text: '', isBlock: false };
  if (isAlias(node)) return nodeOf(reader.targets.get(node), reader, depth + 1);
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => ({
      key: textOf(key),
      value: nodeOf(value, reader, depth + 1),
    }));
    return { kind: 'map', line, entries };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => nodeOf(item, reader, depth + 1));
    return { kind: 'list', line, items };
  }
  const isBlock =
    isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED);
  return { kind: 'text', line, text: textOf(node), isBlock };
}

function textOf(node: unknown): string {
  if (!isScalar(node)) return '';
  // What stands in the file, so that 1.10 does not become 1.1.
  if (node.source !== undefined) return node.source;
  return typeof node.value === 'string' ? node.value : '';
}

function lineOf(node: unknown, lines: LineCounter): number {
  const range =
    isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return lines.linePos(range?.[0] ?? 0).line;
}
