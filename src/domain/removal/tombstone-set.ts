import type { Digest, TombstoneId } from '#domain/id.ts';
import type { Attestation } from '#domain/state/state.ts';
import type { Instant } from '#domain/time.ts';
import type { CoveredRecord } from './covered-record.ts';
import type { ActTexts, RemovalAct } from './act-codec.ts';
import type { Receipt, ReceiptTexts } from './receipt-codec.ts';
import type { TombstoneDeclaration, TombstoneSpans, TombstoneTexts } from './tombstone.ts';

/** A lift or purge, decoded, with what stands beside it. */
export interface ActRecord {
  readonly id: Digest;
  readonly act: RemovalAct;
  readonly texts: ActTexts;
  readonly attestation: Attestation;
  /** The sealed token chain's bytes. */
  readonly chain: Uint8Array;
}

/** A receipt, decoded, with what stands beside it. */
export interface ReceiptRecord {
  readonly id: Digest;
  readonly receipt: Receipt;
  readonly texts: ReceiptTexts;
  readonly attestation: Attestation;
}

/** A tombstone with everything that was said about it, before it is judged. Each list is in order of time. */
export interface DecodedTombstone {
  readonly id: TombstoneId;
  readonly declaration: TombstoneDeclaration;
  readonly texts: TombstoneTexts | 'redacted';
  readonly attestation: Attestation;
  /** The sealed token chain's bytes. */
  readonly chain: Uint8Array;
  readonly lifts: readonly ActRecord[];
  readonly purges: readonly ActRecord[];
  readonly receipts: readonly ReceiptRecord[];
}

/**
 * `redacted`: hidden, can be lifted. `lifted`: taken back. `purging`: ordered to be destroyed, and no replica said
 * yet that nothing is left. `purged`: one did.
 */
export type TombstoneStatus = 'redacted' | 'lifted' | 'purging' | 'purged';

/** A tombstone and where it stands. */
export interface TombstoneRecord extends DecodedTombstone {
  readonly status: TombstoneStatus;
  /** Whether it hides anything now: it was not lifted, and it is believed, or an owner's purge that is. */
  readonly hides: boolean;
  /** Of its lifts those that its status stands on: the others were signed by somebody who never could order one. */
  readonly countedLifts: readonly ActRecord[];
  /** The same of its purges. */
  readonly countedPurges: readonly ActRecord[];
}

/** The fold of a tombstone set. */
export interface TombstoneSet {
  readonly records: ReadonlyMap<TombstoneId, TombstoneRecord>;
  /** Content id of a manifest's entry to the active tombstone that hides it. */
  readonly hidden: ReadonlyMap<Digest, TombstoneRecord>;
  /** `nameId` of a manifest's entry to the active tombstone that hides its name. */
  readonly names: ReadonlyMap<Digest, TombstoneRecord>;
  /**
   * Of the hidden contents those of which the rest stays. Where several tombstones are active over one, and none stands
   * for all the others, nobody can tell what none of them hides: all of it goes. So it does where the sidecar is gone,
   * under whose salt the rest is known.
   */
  readonly partly: ReadonlyMap<Digest, TombstoneSpans>;
  /**
   * By content: tombstones whose notices may stand for it although they hide nothing, since nobody believes them. Others
   * may have built on what they left. Only where all of the content is replaced: what such a one says of the rest nobody
   * believes.
   */
  readonly masks: ReadonlyMap<Digest, readonly TombstoneRecord[]>;
}

/**
 * Folds a set: pure, and the same for every order of the same records. A tombstone is active that was not lifted, or
 * that was purged: nobody brings destroyed content back. Of several over one content that one counts which none of the
 * others stands for (see {@link standsFor}), the smallest id where that is true of several.
 *
 * @param counts whether a lift or purge may mean anything: everybody can sign one and put it into the set.
 * @param unbelieved ids of tombstones and purges that count for nothing: their authors may not say what they say.
 */
export function foldTombstones(
  decoded: readonly DecodedTombstone[],
  counts: (act: ActRecord) => boolean,
  unbelieved: ReadonlySet<string> = NONE,
): TombstoneSet {
  const records = new Map<TombstoneId, TombstoneRecord>();
  const over = new Map<Digest, TombstoneRecord[]>();
  const masks = new Map<Digest, TombstoneRecord[]>();
  const names = new Map<Digest, TombstoneRecord>();
  for (const tombstone of decoded.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const record = judge(tombstone, counts, unbelieved);
    records.set(record.id, record);
    const { covers } = record.declaration;
    if (record.hides) for (const name of covers.names) if (!names.has(name)) names.set(name, record);
    if (!record.hides && record.status === 'lifted') continue;
    const among = record.hides ? over : masks;
    for (const file of covers.files) {
      const others = among.get(file);
      if (others === undefined) among.set(file, [record]);
      else others.push(record);
    }
  }
  return { records, names, masks, ...foldContents(over) };
}

const NONE: ReadonlySet<string> = new Set();

/** @param over the active tombstones over each content, in order of their ids. */
function foldContents(
  over: ReadonlyMap<Digest, readonly TombstoneRecord[]>,
): Pick<TombstoneSet, 'hidden' | 'partly'> {
  const hidden = new Map<Digest, TombstoneRecord>();
  const partly = new Map<Digest, TombstoneSpans>();
  const spansOf = new Map<TombstoneId, ReadonlyMap<Digest, TombstoneSpans>>();
  for (const [file, all] of over) {
    const last = all.length === 1 ? all : all.filter(({ id }) => !all.some((one) => standsFor(one, id)));
    const [record] = last;
    if (record === undefined) continue;
    hidden.set(file, record);
    if (last.length > 1 || record.texts === 'redacted') continue;
    const spans =
      spansOf.get(record.id) ?? new Map(record.declaration.spans.map((one) => [one.file, one] as const));
    spansOf.set(record.id, spans);
    const rest = spans.get(file);
    if (rest !== undefined) partly.set(file, rest);
  }
  return { hidden, partly };
}

/**
 * Whether a tombstone stands for an earlier one over the contents that both cover: it took away the sidecar under whose
 * salt that one's rest was known, and says of all of them what stays. Nobody can be later than what is later than it:
 * an id is a hash over the ids that it names.
 */
export function standsFor(
  { declaration }: Pick<TombstoneRecord, 'declaration'>,
  earlier: TombstoneId,
): boolean {
  return declaration.covers.texts.includes(earlier);
}

function judge(
  tombstone: DecodedTombstone,
  counts: (act: ActRecord) => boolean,
  unbelieved: ReadonlySet<string>,
): TombstoneRecord {
  const countedLifts = tombstone.lifts.filter(counts);
  const countedPurges = tombstone.purges.filter(counts);
  const status = statusOf({ ...tombstone, lifts: countedLifts, purges: countedPurges });
  // What an owner ordered to be destroyed stays away, whoever hid it first: it may be destroyed.
  const believed = [tombstone, ...countedPurges].some(({ id }) => !unbelieved.has(id));
  return { ...tombstone, status, hides: believed && status !== 'lifted', countedLifts, countedPurges };
}

function statusOf({ lifts, purges, receipts }: DecodedTombstone): TombstoneStatus {
  if (purges.length === 0) return lifts.length > 0 ? 'lifted' : 'redacted';
  const orders = new Set(purges.map(({ id }) => id));
  const done = receipts.some(({ receipt }) => receipt.outcome === 'complete' && orders.has(receipt.purge));
  return done ? 'purged' : 'purging';
}

/** Whether a tombstone hides nothing since nobody believes its author, and not because it was lifted. */
export function isUnbelieved({ hides, status }: Pick<TombstoneRecord, 'hides' | 'status'>): boolean {
  return !hides && status !== 'lifted';
}

/**
 * Which tombstone stands in the place of each sidecar that some of these hide. Of several it is the one with the
 * smallest id, so that clones which hid the same apart come to the same bytes.
 */
export function sidecarHiders(
  records: Iterable<TombstoneRecord>,
): ReadonlyMap<CoveredRecord, { readonly id: TombstoneId; readonly several: boolean }> {
  const hiders = new Map<CoveredRecord, { readonly id: TombstoneId; readonly several: boolean }>();
  for (const { id, hides, declaration } of records) {
    if (!hides) continue;
    for (const record of declaration.covers.texts) {
      const before = hiders.get(record)?.id;
      hiders.set(record, {
        id: before === undefined || id < before ? id : before,
        several: before !== undefined,
      });
    }
  }
  return hiders;
}

/** When the newest record of a set was made; undefined of an empty set. */
export function newestInstant(decoded: Iterable<DecodedTombstone>): Instant | undefined {
  return [...decoded]
    .flatMap(({ declaration, lifts, purges, receipts }) => [
      declaration.at,
      ...[...lifts, ...purges].map(({ act }) => act.at),
      ...receipts.map(({ receipt }) => receipt.at),
    ])
    .toSorted()
    .at(-1);
}
