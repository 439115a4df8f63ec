import type { Digest, TombstoneId } from '#domain/id.ts';
import { isTombstone } from '#domain/removal/covered-record.ts';
import type { Cut } from '#domain/removal/spans/cuts.ts';
import { unmask } from '#domain/removal/spans/mask.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import { masksOf, successor } from './earlier-masks.ts';

/** A set that arrived, and what of it was known before: sidecars that it takes away stand there. */
export interface ArrivedSet {
  readonly before: Pick<TombstoneSet, 'records'>;
  readonly after: Pick<TombstoneSet, 'hidden' | 'records'>;
}

/**
 * What the tombstones before and after one mean for the contents that it covers, where several arrive at once: the first
 * keeps the content, each later one what the one before it left, and the last says what is shown.
 */
export class OtherTombstones {
  readonly #record: TombstoneRecord;
  readonly #set: ArrivedSet | null;
  /** Those that it stands for. */
  readonly #earlier: readonly TombstoneRecord[];

  /** @param set null where the tombstone is taken by itself. */
  constructor(record: TombstoneRecord, set: ArrivedSet | null) {
    this.#record = record;
    this.#set = set;
    this.#earlier = record.declaration.covers.texts.filter(isTombstone).flatMap((id) => {
      const one = set?.after.records.get(id);
      return one?.hides === true ? [one] : [];
    });
  }

  /** The one that says what stays of a content. */
  hider(file: Digest): TombstoneRecord {
    const last = this.#set === null ? undefined : successor(this.#set.after, this.#record.id, file);
    return last ?? this.#record;
  }

  /** Whether it cuts more out of what an earlier one left. */
  cutsFurther(file: Digest): boolean {
    return this.#over(file).length > 0;
  }

  /** Whether an earlier one keeps these bytes, which are not yet what it leaves. */
  isForEarlier(file: Digest, bytes: Uint8Array): boolean {
    return this.#over(file).some((one) => !isLeftBy(one, file, bytes));
  }

  /** What stands at a hidden entry, where it is what an earlier one left and this one does not leave. */
  further(
    file: Digest,
    bytes: Uint8Array,
  ):
    | { readonly masks: readonly Cut[]; readonly entries: readonly { file: Digest; salt: string }[] }
    | undefined {
    if (isLeftBy(this.#record, file, bytes) || this.isForEarlier(file, bytes)) return undefined;
    const masks = masksOf(bytes, new Set(this.#over(file).map((one) => masksBy(one, file))));
    if (masks.length === 0) return undefined;
    const salts = this.#over(file).flatMap(({ id }) => {
      const texts = this.#set?.before.records.get(id)?.texts ?? 'redacted';
      return texts === 'redacted' ? [] : [texts.salt];
    });
    return { masks, entries: salts.slice(0, 1).map((salt) => ({ file, salt })) };
  }

  #over(file: Digest): readonly TombstoneRecord[] {
    return this.#earlier.filter(({ declaration }) => declaration.covers.files.includes(file));
  }
}

function masksBy({ id, declaration }: TombstoneRecord, file: Digest): TombstoneId {
  return declaration.spans.find((one) => one.file === file)?.by ?? id;
}

/** Whether a tombstone's masks stand where it says. */
function isLeftBy(record: TombstoneRecord, file: Digest, bytes: Uint8Array): boolean {
  const marks = record.declaration.spans.find((one) => one.file === file)?.marks;
  return marks !== undefined && unmask(bytes, { id: masksBy(record, file), marks }) !== undefined;
}
