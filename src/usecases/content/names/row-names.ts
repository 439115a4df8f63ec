import { compareBytes, utf8 } from '#domain/encoding/bytes.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { isNameless, type ManifestEntry } from '#domain/manifest/entry.ts';
import { rawName } from '#domain/manifest/hashes.ts';
import { decodeList } from '#domain/manifest/list-codec.ts';
import { isPlaceholder } from '#domain/manifest/placeholder.ts';
import type { HeldDirectory } from '#usecases/content/held-directories.ts';

type Rename = (isTaken: (name: string) => boolean) => string;

/** The names in one directory while some of them are taken away or come back. */
export class RowNames {
  readonly #directory: HeldDirectory;
  readonly #taken: Set<string>;
  /** Entries of each list in their order, as they are to be. */
  readonly #lists = new Map<string, ManifestEntry[]>();

  constructor(directory: HeldDirectory) {
    this.#directory = directory;
    this.#taken = new Set(directory.fileRows.map(({ name }) => escapeSegment(name)));
  }

  /** What an entry is called from now on; undefined where it has to stay as it is. */
  choose(
    { list, entry }: { readonly list: string; readonly entry: ManifestEntry },
    rename: Rename | undefined,
  ): string | undefined {
    if (rename === undefined) return entry.name;
    const name = rename((one) => this.#taken.has(one));
    if (!isPlaceholder(name) && (this.#taken.has(name) || !this.#isInOrder(list, entry, name)))
      return undefined;
    this.#taken.delete(entry.name);
    this.#taken.add(name);
    return name;
  }

  /** A list that was written while the name was hidden put it where it does not belong. */
  #isInOrder(list: string, entry: ManifestEntry, name: string): boolean {
    const entries = this.#lists.get(list) ?? [...readEntries(this.#directory.lists.get(list) ?? '')];
    this.#lists.set(list, entries);
    const at = entries.findIndex((one) => one.name === entry.name);
    const [before, after] = [
      entries.slice(0, at).findLast((one) => !isNameless(one)),
      entries.slice(at + 1).find((one) => !isNameless(one)),
    ];
    if (at < 0 || !isBefore(before?.name, name) || !isBefore(name, after?.name)) return false;
    entries[at] = { ...entry, name, secret: { kind: 'salt', salt: '' } };
    return true;
  }
}

function readEntries(text: string): readonly ManifestEntry[] {
  const list = decodeList(utf8(text));
  if ('entries' in list) return list.entries;
  throw new HeddleError('FORMAT_INVALID', 'a list of buckets has no entries');
}

function isBefore(first: string | undefined, second: string | undefined): boolean {
  return first === undefined || second === undefined || compareBytes(rawName(first), rawName(second)) < 0;
}
