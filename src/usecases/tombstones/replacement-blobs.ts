import { parseDigest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { isReplaceable, replacementBytes } from '#domain/removal/replacement.ts';
import { unmask } from '#domain/removal/spans/mask.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { TombstoneSpans } from '#domain/removal/tombstone.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Largest content that can be kept in quarantine, and so be replaced: 1 GiB. */
export const LARGEST_CONTENT = 1024 ** 3;
/** Masks may be longer than what they stand for. */
export const LARGEST_MASKED = LARGEST_CONTENT + 16 * 1024 * 1024;

/** Tells what may stand where something is hidden; each is derived or read once. Writes nothing. */
export class ReplacementBlobs {
  readonly #workspace: Pick<Workspace, 'writer' | 'objects' | 'hasher'>;
  readonly #unwritten: ReturnType<Workspace['writer']['batch']>;
  readonly #partly: TombstoneSet['partly'];
  readonly #known = new Map<string, ObjectId>();
  readonly #masked = new Map<string, boolean>();

  constructor(
    workspace: Pick<Workspace, 'writer' | 'objects' | 'hasher'>,
    { partly }: Pick<TombstoneSet, 'partly'>,
  ) {
    this.#workspace = workspace;
    this.#unwritten = workspace.writer.batch();
    this.#partly = partly;
  }

  /** Whether a blob is the one that may stand at a hidden entry. False for an entry that cannot be hidden. */
  async fit(
    tombstone: TombstoneRecord,
    { id, name, kind }: Pick<ManifestEntry, 'id' | 'name' | 'kind'>,
    blob: ObjectId,
  ): Promise<boolean> {
    if (!isReplaceable(kind)) return false;
    const spans = kind === 'file' ? this.#partly.get(parseDigest(id)) : undefined;
    if (spans === undefined) return blob === this.#whole(tombstone, { name, kind });
    const key = `${spans.file} ${blob}`;
    const known = this.#masked.get(key) ?? (await this.#isMasked(tombstone, spans, blob));
    this.#masked.set(key, known);
    return known;
  }

  /** Whether a blob is the notice that a tombstone puts in the place of all of an entry's content. */
  isNotice(tombstone: TombstoneRecord, entry: Pick<ManifestEntry, 'name' | 'kind'>, blob: ObjectId): boolean {
    return isReplaceable(entry.kind) && blob === this.#whole(tombstone, entry);
  }

  #whole(tombstone: TombstoneRecord, { name, kind }: Pick<ManifestEntry, 'name' | 'kind'>): ObjectId {
    const key = `${tombstone.id} ${kind} ${name}`;
    const id =
      this.#known.get(key) ?? this.#unwritten.add('blob', replacementBytes(tombstone, { name, kind }));
    this.#known.set(key, id);
    return id;
  }

  /** The masks stand where the declaration says, and what is between them is what it signed. */
  async #isMasked(
    { id, texts }: TombstoneRecord,
    { marks, kept, by }: TombstoneSpans,
    blob: ObjectId,
  ): Promise<boolean> {
    const object = await this.#workspace.objects.read(blob, LARGEST_MASKED);
    if (object?.kind !== 'blob' || texts === 'redacted') return false;
    const rest = unmask(object.content, { id: by ?? id, marks });
    return rest !== undefined && contentId(this.#workspace.hasher, texts.salt, rest) === kept;
  }
}

/** A content that is hidden, and is not. */
export const STILL_THERE = 'it is redacted, and the salt of its content still stands there';
/** Something was planted where a content is hidden. */
export const OTHER_REPLACEMENT = 'its replacement is not the one that its tombstone makes';
