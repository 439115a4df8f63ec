import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { HEDDLE_REFS } from '#domain/refs.ts';
import { isObjectId, NO_OBJECT } from '#git/objects/hash.ts';
import { failedWith, guardFiles, readSmallFile } from '#git/private-file.ts';
import { isHeddleRef } from './ref-name.ts';

/*
 * A loose ref is a file below the common directory: an id and a newline. `packed-refs` has the rest: comments from `#`,
 * lines `<id> SP <ref>`, and `^<id>` behind a tag. A loose ref goes before a packed one. Who packs refs writes that file
 * before loose ones go: so it is read after them.
 */

const LONGEST_LOOSE = 256;
const LARGEST_PACKED = 1024 * 1024;
const MOST_LOOSE = 2_000;
const PACKED_LINE = /^(?:([0-9a-f]{40}) (refs\/\S+)|\^[0-9a-f]{40}|#.*)$/;

/**
 * Lists refs of heddle's from the files that Git keeps for them, which spares a git: undefined where anything is not
 * plain, a symbolic ref, a link, damage, or very many. Then git is to be asked, which tells what is wrong. For
 * repositories whose refs are in files alone.
 */
export function listPlainRefs(commonDir: string, prefix: string): ReadonlyMap<string, string> | undefined {
  if (!prefix.startsWith(HEDDLE_REFS)) return undefined;
  const loose = new Map<string, string>();
  const isPlain = addLoose(commonDir, { directory: HEDDLE_REFS, prefix, found: loose });
  const packed = isPlain ? readPacked(commonDir, prefix) : undefined;
  if (packed === undefined) return undefined;
  const all = [...new Map([...packed, ...loose])];
  return new Map(all.toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
}

/** Git's rule for a prefix: whole segments, or all that begins with one that ends with a slash. */
function isWanted(name: string, prefix: string): boolean {
  return name === prefix || name.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

interface Walk {
  /** With a slash at its end. */
  readonly directory: string;
  readonly prefix: string;
  readonly found: Map<string, string>;
}

/** Adds what stands in a directory and below; false where something is not plain. */
function addLoose(commonDir: string, { directory, prefix, found }: Walk): boolean {
  return readEntries(join(commonDir, directory)).every((entry) => {
    const name = `${directory}${entry.name}`;
    const isOnTheWay =
      prefix.startsWith(`${name}/`) || isWanted(`${name}/`, prefix) || isWanted(name, prefix);
    // Git leaves these out, too: somebody is writing the ref.
    if (!isOnTheWay || entry.name.endsWith('.lock')) return true;
    if (entry.isDirectory()) return addLoose(commonDir, { directory: `${name}/`, prefix, found });
    if (!isWanted(name, prefix)) return true;
    if (!entry.isFile() || !isHeddleRef(name) || found.size >= MOST_LOOSE) return false;
    const id = readLoose(join(commonDir, name));
    if (id !== undefined) found.set(name, id);
    return id !== undefined;
  });
}

function readEntries(path: string): readonly Dirent[] {
  return guardFiles(path, () => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return [];
      throw cause;
    }
  });
}

/** A file that went meanwhile is git's to look for: it may have been packed, or be no longer there. */
function readLoose(path: string): string | undefined {
  const content = readSmallFile(path, LONGEST_LOOSE);
  const [id = '', ...rest] = content === undefined ? [] : new TextDecoder().decode(content).split('\n');
  return rest.length === 1 && rest[0] === '' && isObjectId(id) && id !== NO_OBJECT ? id : undefined;
}

function readPacked(commonDir: string, prefix: string): ReadonlyMap<string, string> | undefined {
  const path = join(commonDir, 'packed-refs');
  const content = readSmallFile(path, LARGEST_PACKED);
  if (content === undefined) return isThere(commonDir, 'packed-refs') ? undefined : new Map();
  const lines = new TextDecoder().decode(content).split('\n');
  if (lines.pop() !== '' && content.length > 0) return undefined;
  const found = new Map<string, string>();
  for (const line of lines) {
    const match = PACKED_LINE.exec(line);
    if (match === null) return undefined;
    const [, id, name] = match;
    if (id === undefined || name === undefined || !isWanted(name, prefix)) continue;
    if (!isHeddleRef(name) || id === NO_OBJECT) return undefined;
    found.set(name, id);
  }
  return found;
}

function isThere(directory: string, name: string): boolean {
  return readEntries(directory).some((entry) => entry.name === name);
}
