import { yamlLanguage } from "@codemirror/lang-yaml";

interface SyntaxNode {
  name: string;
  from: number;
  to: number;
  firstChild: SyntaxNode | null;
  nextSibling: SyntaxNode | null;
}

export interface Entry {
  key: string;
  /** Where its key begins. */
  from: number;
  value: Tree | null;
}

/** A YAML value with its place, as far as it can be read: also of a text that is being written. */
export type Tree =
  | { kind: "object"; from: number; entries: Entry[] }
  | { kind: "list"; from: number; items: { from: number; value: Tree | null }[] }
  | { kind: "text"; from: number; text: string };

const children = (node: SyntaxNode): SyntaxNode[] => {
  const all: SyntaxNode[] = [];
  for (let each = node.firstChild; each; each = each.nextSibling) all.push(each);
  return all;
};

const VALUES = /^(Block|Flow)(Mapping|Sequence|Literal)$|^(Quoted)?Literal$/;

const plain = (text: string) => text.replace(/^"([\s\S]*)"$/, (_whole, inner: string) => inner.replace(/\\(["\\])/g, "$1")).replace(/^'([\s\S]*)'$/, (_whole, inner: string) => inner.replaceAll("''", "'"));

function valueIn(node: SyntaxNode, text: string): Tree | null {
  const found = children(node).find((each) => VALUES.test(each.name));
  return found ? valueOf(found, text) : null;
}

function valueOf(node: SyntaxNode, text: string): Tree {
  const { name, from, to } = node;
  if (name.endsWith("Mapping")) {
    const pairs = children(node).filter((each) => each.name === "Pair");
    return { kind: "object", from, entries: pairs.map((pair) => entryOf(pair, text)) };
  }
  if (name.endsWith("Sequence")) {
    const items = children(node).filter((each) => each.name === "Item");
    return { kind: "list", from, items: items.map((item) => ({ from: item.from, value: valueIn(item, text) })) };
  }
  return { kind: "text", from, text: plain(text.slice(from, to)) };
}

function entryOf(pair: SyntaxNode, text: string): Entry {
  const [key, ...rest] = children(pair);
  const found = rest.find((each) => VALUES.test(each.name));
  return { key: key?.name === "Key" ? plain(text.slice(key.from, key.to)) : "", from: pair.from, value: found ? valueOf(found, text) : null };
}

/** The first document of a text. */
export function treeOf(text: string): Tree | null {
  const stream = yamlLanguage.parser.parse(text).topNode as SyntaxNode;
  const document = children(stream).find((each) => each.name === "Document");
  return document ? valueIn(document, text) : null;
}

/** The value under a key of an object. */
export const at = (tree: Tree | null | undefined, key: string): Tree | null => (tree?.kind === "object" ? (tree.entries.find((each) => each.key === key)?.value ?? null) : null);

/** The text under a key, or an empty one. */
export function textAt(tree: Tree | null | undefined, key: string): string {
  const found = at(tree, key);
  return found?.kind === "text" ? found.text : "";
}

/** Of entries or items in the order of the text, the one that `position` is in. */
export const around = <E extends { from: number }>(all: E[], position: number): E | undefined => all.findLast((each) => each.from <= position);

/** A value without its places. */
export function plainOf(tree: Tree | null): unknown {
  if (tree === null) return null;
  if (tree.kind === "text") return tree.text;
  if (tree.kind === "list") return tree.items.map(({ value }) => plainOf(value));
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plainOf(value)]));
}
