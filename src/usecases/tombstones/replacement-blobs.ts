import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { isReplaceable, replacementBytes } from '#domain/removal/replacement.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Derives the blobs of replacements, each once. Writes nothing. */
export class ReplacementBlobs {
  readonly #unwritten: ReturnType<Workspace['writer']['batch']>;
  readonly #known = new Map<string, ObjectId>();

  constructor({ writer }: Pick<Workspace, 'writer'>) {
    this.#unwritten = writer.batch();
  }

  /** The one blob that may stand at a hidden entry; undefined for an entry whose content cannot be hidden. */
  at(tombstone: TombstoneRecord, { name, kind }: Pick<ManifestEntry, 'name' | 'kind'>): ObjectId | undefined {
    if (!isReplaceable(kind)) return undefined;
    const key = `${tombstone.id} ${kind} ${name}`;
    const id =
      this.#known.get(key) ?? this.#unwritten.add('blob', replacementBytes(tombstone, { name, kind }));
    this.#known.set(key, id);
    return id;
  }
}

/** A content that is hidden, and is not. */
export const STILL_THERE = 'it is redacted, and the salt of its content still stands there';
/** Something was planted where a content is hidden. */
export const OTHER_REPLACEMENT = 'its replacement is not the one that its tombstone makes';
