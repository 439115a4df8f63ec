import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { formatDigest, formatId, type Digest, type RequestId, type TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { encodeAct, encodeActTexts, type ActKind, type RemovalAct } from '#domain/removal/act-codec.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import { encodeReceipt, encodeReceiptTexts, type PurgeOutcome } from '#domain/removal/receipt-codec.ts';
import { newestInstant } from '#domain/removal/tombstone-set.ts';
import {
  encodeTombstone,
  encodeTombstoneTexts,
  type ReasonCode,
  type TombstoneDeclaration,
} from '#domain/removal/tombstone.ts';
import { sortMarks, type TravellingMark } from '#domain/removal/travelling-mark.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { signedFields, signRecord, type RecordAuthor } from '#usecases/signed-sets/sign-record.ts';
import type { LoadedTombstones } from './load-tombstones.ts';

/** Who makes records about removals, and the clone that answers for its own. */
export interface RemovalAuthor extends RecordAuthor {
  readonly replica: ReplicaIdentity;
}

/** What stays of a content of which only parts go. */
export interface KeptRest {
  readonly file: Digest;
  /** Offsets into what is kept, rising. */
  readonly marks: readonly number[];
  readonly kept: Uint8Array;
  /** Whose masks stand there already; not there for those of the tombstone itself. */
  readonly by?: TombstoneId;
}

/** Adds records to the tombstone set; they become visible with the operation that moves its ref. */
export class TombstoneDraft {
  readonly #workspace: Pick<Workspace, 'hasher' | 'random'>;
  readonly #author: RemovalAuthor;
  readonly #batch: ObjectBatch;
  readonly #head: LoadedTombstones['head'];
  readonly #trees: Map<TombstoneId, TreeEntry[]>;
  readonly #kept: readonly TreeEntry[];
  /** The newest purge of each tombstone: what a receipt answers. */
  readonly #purges = new Map<TombstoneId, Digest>();
  #newest: Instant;

  constructor(
    workspace: Pick<Workspace, 'hasher' | 'random'>,
    author: RemovalAuthor,
    loaded: LoadedTombstones,
    batch: ObjectBatch,
  ) {
    this.#workspace = workspace;
    this.#author = author;
    this.#batch = batch;
    this.#head = loaded.head;
    this.#trees = new Map([...loaded.trees].map(([id, entries]) => [id, [...entries]]));
    for (const { id, countedPurges } of loaded.records.values()) {
      const newest = countedPurges.at(-1);
      if (newest !== undefined) this.#purges.set(id, newest.id);
    }
    this.#kept = loaded.kept;
    const newest = newestInstant(loaded.records.values());
    this.#newest = newest !== undefined && newest > author.now ? newest : author.now;
  }

  /** Declares contents hidden. `files` are content ids, `paths` escaped; the order of neither matters. */
  redact(removal: {
    readonly files: readonly Digest[];
    /** Of which of the files the rest stays, and what that is; not there where all of each goes. */
    readonly spans?: readonly KeptRest[];
    /** Names that are hidden, by `nameId`; none where left out. */
    readonly names?: readonly Digest[];
    /** Records whose sidecars are hidden; none where left out. */
    readonly texts?: readonly CoveredRecord[];
    readonly paths: readonly string[];
    readonly reason: string;
    readonly reasonCode: ReasonCode;
    readonly rotatedAt: Instant | null;
    /** By what every clone refuses it; not there where nothing travels. */
    readonly shun?: readonly TravellingMark[];
  }): { readonly id: TombstoneId; readonly declaration: TombstoneDeclaration } {
    const salt = newSalt(this.#workspace.random);
    const paths = [...new Set(removal.paths)].toSorted();
    const texts = encodeTombstoneTexts({ salt, paths, reason: removal.reason });
    const declaration: TombstoneDeclaration = {
      ...signedFields(this.#workspace, this.#author, texts),
      covers: {
        files: [...new Set(removal.files)].toSorted(),
        names: [...new Set(removal.names ?? [])].toSorted(),
        texts: [...new Set(removal.texts ?? [])].toSorted(),
      },
      spans: (removal.spans ?? [])
        .map(({ kept, ...span }) => ({ ...span, kept: contentId(this.#workspace.hasher, salt, kept) }))
        .toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      reasonCode: removal.reasonCode,
      template: 1,
      rotatedAt: removal.rotatedAt,
      shun: sortMarks(removal.shun ?? []),
    };
    const bytes = encodeTombstone(declaration);
    const nameOf = (hash: Uint8Array): TombstoneId => formatId('hr', hash);
    const record = { kind: 'tombstone', bytes, texts, nameOf } as const;
    const { id, beside } = signRecord(this.#workspace, this.#author, record);
    this.#trees.set(id, [...blobEntries(this.#batch, { 'declaration.json': bytes, ...beside })]);
    return { id, declaration };
  }

  /** Puts other sidecars beside some tombstones of the set. */
  replaceTexts(texts: ReadonlyMap<CoveredRecord, ObjectId>): void {
    for (const [id, entries] of this.#trees) {
      const next = texts.get(id);
      if (next === undefined) continue;
      const replaced = entries.map((row) =>
        decodeUtf8(row.name) === 'texts.json' ? { ...row, id: next } : row,
      );
      this.#trees.set(id, replaced);
    }
  }

  /** Takes a redaction back; by others' consent, where it is guarded. */
  lift(tombstone: TombstoneId, reason: string, consent: RequestId | null = null): void {
    this.#act('lift', tombstone, { reason, consent, shun: [] });
  }

  /** Orders a redacted content to be destroyed; by others' consent, where it is guarded. */
  purge(
    tombstone: TombstoneId,
    reason: string,
    {
      consent = null,
      shun = [],
    }: { readonly consent?: RequestId | null; readonly shun?: readonly TravellingMark[] } = {},
  ): void {
    this.#purges.set(tombstone, this.#act('purge', tombstone, { reason, consent, shun }));
  }

  /** Says what this replica did about the newest purge, signed by its own key. `places` are escaped. */
  receipt(
    tombstone: TombstoneId,
    { outcome, places }: { readonly outcome: PurgeOutcome; readonly places: readonly string[] },
  ): Digest {
    const purge = this.#purges.get(tombstone);
    invariant(purge !== undefined, 'a receipt answers a purge');
    const { repo, replica, now } = this.#author;
    const texts = encodeReceiptTexts({ salt: newSalt(this.#workspace.random), places });
    const bytes = encodeReceipt({
      repo,
      tombstone,
      purge,
      replica: replica.replica,
      holder: replica.signer.publicKey,
      at: now,
      outcome,
      texts: textsDigest(this.#workspace.hasher, texts),
    });
    const hash = this.#workspace.hasher.hash('receipt', bytes);
    const id = formatDigest(hash);
    const sig = replica.signer.sign('receipt', hash);
    const attestation = encodeAttestation({ subject: id, holder: replica.signer.publicKey, sig });
    const beside = { 'texts.json': texts, 'attestation.json': attestation };
    this.#add(tombstone, `receipt-${id}`, { 'receipt.json': bytes, ...beside });
    return id;
  }

  /** The move of the set's ref to the set with what was added. What could not be read is in it as it was. */
  refChange(): RefChange {
    const directories = [...this.#trees].map(([id, entries]) => directory(id, this.#batch.addTree(entries)));
    const tree = this.#batch.addTree([...directories, ...this.#kept]);
    const commit = this.#batch.add('commit', encodeSetCommit('tombstones', tree, this.#newest));
    return { name: TOMBSTONES_REF, old: this.#head, new: commit };
  }

  #act(
    kind: ActKind,
    tombstone: TombstoneId,
    { reason, consent, shun }: Pick<RemovalAct, 'consent' | 'shun'> & { readonly reason: string },
  ): Digest {
    const texts = encodeActTexts(kind, { salt: newSalt(this.#workspace.random), reason });
    const fields = signedFields(this.#workspace, this.#author, texts);
    const bytes = encodeAct(kind, { ...fields, tombstone, consent, shun: sortMarks(shun) });
    const record = { kind, bytes, texts, nameOf: formatDigest };
    const { id, beside } = signRecord(this.#workspace, this.#author, record);
    this.#add(tombstone, `${kind}-${id}`, { [`${kind}.json`]: bytes, ...beside });
    return id;
  }

  #add(tombstone: TombstoneId, name: string, files: Readonly<Record<string, Uint8Array>>): void {
    const entries = this.#trees.get(tombstone);
    invariant(entries !== undefined, 'a record is about a tombstone of the set');
    entries.push(directory(name, this.#batch.addTree(blobEntries(this.#batch, files))));
  }
}

function directory(name: string, id: string): TreeEntry {
  return { mode: DIRECTORY, name: utf8(name), id };
}
