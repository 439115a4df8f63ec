import { utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import type { HashKind } from '#domain/hash.ts';
import { formatDigest, formatId, type AuthorityId, type Digest, type TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import { encodeAct, encodeActTexts, type ActKind } from '#domain/removal/act-codec.ts';
import { encodeReceipt, encodeReceiptTexts, type PurgeOutcome } from '#domain/removal/receipt-codec.ts';
import { newestInstant } from '#domain/removal/tombstone-set.ts';
import {
  encodeTombstone,
  encodeTombstoneTexts,
  type ReasonCode,
  type TombstoneDeclaration,
} from '#domain/removal/tombstone.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import type { AttestedSubject } from '#domain/state/state.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { ReplicaIdentity, Signer } from '#ports/keys.ts';
import type { ObjectBatch, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import type { LoadedTombstones } from './load-tombstones.ts';
import { encodeSetCommit } from './set/set-commit.ts';

/** Who makes records about removals, when, and under which head of the authority chain. */
export interface RemovalAuthor {
  readonly repo: AuthorityId;
  readonly caller: Caller;
  readonly replica: ReplicaIdentity;
  readonly now: Instant;
  readonly policy: AuthorityId;
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
    readonly paths: readonly string[];
    readonly reason: string;
    readonly reasonCode: ReasonCode;
    readonly rotatedAt: Instant | null;
  }): { readonly id: TombstoneId; readonly declaration: TombstoneDeclaration } {
    const { signer, ...signed } = this.#signed();
    const salt = newSalt(this.#workspace.random);
    const paths = [...new Set(removal.paths)].toSorted();
    const texts = encodeTombstoneTexts({ salt, paths, reason: removal.reason });
    const declaration: TombstoneDeclaration = {
      ...signed,
      covers: { files: [...new Set(removal.files)].toSorted(), names: [], texts: [] },
      spans: [],
      reasonCode: removal.reasonCode,
      template: 1,
      rotatedAt: removal.rotatedAt,
      texts: textsDigest(this.#workspace.hasher, texts),
    };
    const bytes = encodeTombstone(declaration);
    const hash = this.#workspace.hasher.hash('tombstone', bytes);
    const id = formatId('hr', hash);
    const attestation = this.#attest('tombstone', { hash, subject: id, signer });
    const files = { 'declaration.json': bytes, 'texts.json': texts, 'attestation.json': attestation };
    this.#trees.set(id, [...blobEntries(this.#batch, { ...files, chain: this.#sealed() })]);
    return { id, declaration };
  }

  /** Takes a redaction back. */
  lift(tombstone: TombstoneId, reason: string): void {
    this.#act('lift', tombstone, reason);
  }

  /** Orders a redacted content to be destroyed. */
  purge(tombstone: TombstoneId, reason: string): void {
    this.#purges.set(tombstone, this.#act('purge', tombstone, reason));
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
    return this.#add('receipt', tombstone, { bytes, texts, signer: replica.signer, chain: null });
  }

  /** The move of the set's ref to the set with what was added. What could not be read is in it as it was. */
  refChange(): RefChange {
    const directories = [...this.#trees].map(([id, entries]) => directory(id, this.#batch.addTree(entries)));
    const tree = this.#batch.addTree([...directories, ...this.#kept]);
    const commit = this.#batch.add('commit', encodeSetCommit(tree, this.#newest));
    return { name: TOMBSTONES_REF, old: this.#head, new: commit };
  }

  #act(kind: ActKind, tombstone: TombstoneId, reason: string): Digest {
    const { signer, ...signed } = this.#signed();
    const texts = encodeActTexts(kind, { salt: newSalt(this.#workspace.random), reason });
    const digest = textsDigest(this.#workspace.hasher, texts);
    const bytes = encodeAct(kind, { ...signed, tombstone, texts: digest });
    return this.#add(kind, tombstone, { bytes, texts, signer, chain: this.#sealed() });
  }

  #add(
    kind: ActKind | 'receipt',
    tombstone: TombstoneId,
    record: {
      readonly bytes: Uint8Array;
      readonly texts: Uint8Array;
      readonly signer: Signer;
      readonly chain: Uint8Array | null;
    },
  ): Digest {
    const entries = this.#trees.get(tombstone);
    invariant(entries !== undefined, 'a record is about a tombstone of the set');
    const hash = this.#workspace.hasher.hash(kind, record.bytes);
    const digest = formatDigest(hash);
    const tree = this.#batch.addTree(
      blobEntries(this.#batch, {
        [`${kind}.json`]: record.bytes,
        'texts.json': record.texts,
        'attestation.json': this.#attest(kind, { hash, subject: digest, signer: record.signer }),
        chain: record.chain,
      }),
    );
    entries.push(directory(`${kind}-${digest}`, tree));
    return digest;
  }

  #attest(
    kind: HashKind,
    {
      hash,
      subject,
      signer,
    }: { readonly hash: Uint8Array; readonly subject: AttestedSubject; readonly signer: Signer },
  ): Uint8Array {
    return encodeAttestation({ subject, holder: signer.publicKey, sig: signer.sign(kind, hash) });
  }

  /** What every record says of who signed it. */
  #signed() {
    const { repo, caller, now, policy } = this.#author;
    const { signer, sealed, actor } = caller;
    invariant(signer !== null && sealed !== null, 'an allowed caller has a credential');
    return { signer, repo, actor, holder: signer.publicKey, chain: sealed.digest, at: now, policy };
  }

  #sealed(): Uint8Array {
    const { sealed } = this.#author.caller;
    invariant(sealed !== null, 'an allowed caller has a credential');
    return sealed.bytes;
  }
}

function directory(name: string, id: string): TreeEntry {
  return { mode: '40000', name: utf8(name), id };
}
