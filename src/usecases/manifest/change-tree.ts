import type { TreeChange } from '#ports/objects.ts';

/** Changes laid out by directory: what happens at a name itself and below it. */
export interface ChangeNode {
  /** The change at just this path; undefined where only something below it changed. */
  change: TreeChange | undefined;
  /** Raw name bytes as latin1 text to node: names need not be UTF-8, and a map needs text. */
  readonly children: Map<string, ChangeNode>;
}

const SLASH = 0x2f;

/** Groups changes by the segments of their paths. */
export function buildChangeTree(changes: readonly TreeChange[]): ChangeNode {
  const root: ChangeNode = { change: undefined, children: new Map() };
  for (const change of changes) nodeAt(root, change.path).change = change;
  return root;
}

function nodeAt(root: ChangeNode, path: Uint8Array): ChangeNode {
  let node = root;
  for (let start = 0; start <= path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    const name = rawKey(path.subarray(start, end));
    const child = node.children.get(name) ?? { change: undefined, children: new Map() };
    node.children.set(name, child);
    node = child;
    start = end + 1;
  }
  return node;
}

/** Raw bytes as text, one character a byte. */
export function rawKey(bytes: Uint8Array): string {
  let text = '';
  // By index: an iterator takes several times as long until it is optimised, and most names are read before that.
  for (let at = 0; at < bytes.length; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

/** The bytes behind {@link rawKey}. */
export function rawBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let at = 0; at < key.length; at += 1) bytes[at] = key.charCodeAt(at);
  return bytes;
}
