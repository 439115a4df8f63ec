import type { ObjectId } from '#ports/objects.ts';

/*
 * A tree's content: for each entry `<mode> SP <name> NUL <id>`, the id in binary. Commits and tags begin with header
 * lines `<word> SP <value>` up to an empty line. Read here as git reads them, without judging: what is unsound must
 * still be found.
 */

const SPACE = 0x20;

/** One entry of a tree, and where its id stands in the content. */
export interface RawEntry {
  readonly mode: string;
  readonly name: Buffer;
  readonly id: ObjectId;
  readonly idAt: number;
}

/** The entries of a tree as far as they can be read. */
export function* rawEntries(content: Buffer, idBytes: number): Generator<RawEntry> {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(SPACE, at);
    const nul = space === -1 ? -1 : content.indexOf(0, space);
    const end = nul + 1 + idBytes;
    if (nul === -1 || end > content.length) return;
    yield {
      mode: content.toString('latin1', at, space),
      name: content.subarray(space + 1, nul),
      id: content.toString('hex', nul + 1, end),
      idAt: nul + 1,
    };
    at = end;
  }
}

/** Tells whether a tree's entry is a directory. */
export function isTreeMode(mode: string): boolean {
  return /^0?40000$/.test(mode);
}

/** Tells whether a tree's entry is another repository's commit: not an object of this one. */
export function isLinkMode(mode: string): boolean {
  return mode === '160000';
}

/** The objects that an object names. */
export function referencesOf(kind: string, content: Buffer, idBytes: number): readonly ObjectId[] {
  if (kind === 'tree') {
    return [...rawEntries(content, idBytes)].filter(({ mode }) => !isLinkMode(mode)).map(({ id }) => id);
  }
  if (kind !== 'commit' && kind !== 'tag') return [];
  const found: ObjectId[] = [];
  for (const line of headerLines(content)) {
    const match = /^(?:tree|parent|object) ([0-9a-f]{40}|[0-9a-f]{64})$/.exec(line);
    if (match?.[1]?.length === 2 * idBytes) found.push(match[1]);
  }
  return found;
}

/** Header lines of a commit or tag. */
export function headerLines(content: Buffer): readonly string[] {
  const end = content.indexOf('\n\n');
  return content.toString('latin1', 0, end === -1 ? content.length : end).split('\n');
}
