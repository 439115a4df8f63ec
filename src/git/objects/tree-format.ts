import { compareBytes, concatBytes, parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { segmentProblem } from '#domain/resource/repository-path.ts';
import type { TreeEntry } from '#ports/objects.ts';

/*
 * A tree's content: for each entry, without anything between them,
 *   <mode, octal, no leading zero> SP <name> NUL <20 bytes of object id>
 * ordered by name, where a directory's name counts as ending in `/`.
 */

const SPACE = 0x20;
const NUL = 0;
const SLASH = 0x2f;
const ID_BYTES = 20;
/** Longest mode and its space. */
const MODE_FIELD = 8;
/** What git writes today. */
const MODES = new Map(['40000', '100644', '100755', '120000', '160000'].map((mode) => [mode, mode]));

/**
 * Reads a tree's entries. Throws `FORMAT_INVALID` for anything that Git's own checks would report: another
 * order, names twice, names that no path may hold (`..`, `.git`), unknown modes.
 */
export function parseTree(content: Uint8Array, tree: string): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  for (let at = 0; at < content.length;) {
    const space = bytes.indexOf(SPACE, at);
    const nul = space === -1 ? -1 : bytes.indexOf(NUL, space);
    const end = nul + 1 + ID_BYTES;
    if (space === -1 || space - at >= MODE_FIELD || nul === -1 || end > content.length) {
      throw invalid(tree, 'is cut off');
    }
    const entry: TreeEntry = {
      mode: parseMode(bytes.toString('latin1', at, space), tree),
      name: content.slice(space + 1, nul),
      id: bytes.toString('hex', nul + 1, end),
    };
    const before = entries.at(-1);
    if (before !== undefined && compareEntries(before, entry) >= 0) throw invalid(tree, 'is not in order');
    const problem = nameProblem(entry.name, bytes.toString('latin1', space + 1, nul));
    if (problem !== undefined) throw invalid(tree, `has a name that ${problem}`);
    entries.push(entry);
    at = end;
  }
  return entries;
}

/** The same names stand in tree after tree: those of so many that nothing is wrong with are known. */
const MOST_NAMES = 1_000;
const soundNames = new Set<string>();

/** @param key one character a byte. */
function nameProblem(name: Uint8Array, key: string): string | undefined {
  if (soundNames.has(key)) return undefined;
  const problem = segmentProblem(name);
  if (problem === undefined && soundNames.size < MOST_NAMES) soundNames.add(key);
  return problem;
}

/** Encodes a tree; the entries may come in any order. Two of one name are a bug of the caller. */
export function encodeTree(entries: readonly TreeEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let before: TreeEntry | undefined;
  for (const entry of entries.toSorted(compareEntries)) {
    const id = parseHex(entry.id);
    invariant(id?.length === ID_BYTES, 'a tree entry has a full object id');
    invariant(segmentProblem(entry.name) === undefined, 'a tree entry has a name that Git accepts');
    invariant(before === undefined || compareEntries(before, entry) !== 0, 'a tree has a name once');
    parts.push(utf8(`${entry.mode} `), entry.name, Uint8Array.of(NUL), id);
    before = entry;
  }
  return concatBytes(...parts);
}

/** Tells whether an entry is a directory. */
export function isDirectory(entry: TreeEntry): boolean {
  return entry.mode === '40000';
}

function compareEntries(a: TreeEntry, b: TreeEntry): number {
  const shared = Math.min(a.name.length, b.name.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a.name[index] ?? 0) - (b.name[index] ?? 0);
    if (difference !== 0) return difference;
  }
  // One begins the other: what counts as the end of a directory's name decides.
  return compareBytes(sortName(a), sortName(b));
}

function sortName(entry: TreeEntry): Uint8Array {
  return isDirectory(entry) ? concatBytes(entry.name, Uint8Array.of(SLASH)) : entry.name;
}

/** Old gits wrote other permission bits and a leading zero; all gits read them as these. */
function parseMode(text: string, tree: string): string {
  const today = MODES.get(text);
  if (today !== undefined) return today;
  if (/^0?40000$/.test(text)) return '40000';
  if (/^100[0-7]{3}$/.test(text)) return (Number.parseInt(text, 8) & 0o100) === 0 ? '100644' : '100755';
  throw invalid(tree, 'has an entry of unknown mode');
}

function invalid(tree: string, problem: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the Git tree ${problem}`, {
    facts: { object: tree.slice(0, 200), problem },
  });
}
