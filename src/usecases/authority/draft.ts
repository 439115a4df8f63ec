import { encodeAttestation } from '#domain/state/attestation.ts';
import { encodeAuthorityRecord, encodeAuthorityTexts } from '#domain/authority/authority-codec.ts';
import { NAMES_CONSENTS } from '#domain/authority/body-codec.ts';
import { appendAuthority } from '#domain/authority/authority-fold.ts';
import type { AuthorityBody, AuthorityRecord, AuthorityView } from '#domain/authority/authority.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { formatId, type AuthorityId, type RequestId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { Attestation } from '#domain/state/state.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { Signer } from '#ports/keys.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { authorityVerifier, type KnownAuthority } from './load-authority.ts';
import type { RecordFiles } from './read-record.ts';

/** Collects new records of the authority chain; they become visible with the operation that carries them. */
export class AuthorityDraft {
  readonly #workspace: Workspace;
  readonly #ground: AuthorityGround;
  readonly #batch: ObjectBatch;
  /** The chain as it would be with what was appended. */
  #view: AuthorityView;
  #commit: ObjectId;
  /** What no record names yet by which others agreed. */
  #consents: readonly RequestId[];

  constructor(workspace: Workspace, ground: AuthorityGround, batch: ObjectBatch) {
    this.#workspace = workspace;
    this.#ground = ground;
    this.#batch = batch;
    this.#view = ground.authority.view;
    this.#commit = ground.authority.headCommit;
    this.#consents = (ground.consents ?? []).toSorted();
  }

  /** Registers this clone's replica key where the chain does not know it yet. */
  endorseReplica(): void {
    const { replica, signer } = this.#ground.replica;
    if (this.#ground.authority.view.replicas.some((known) => known.replica === replica)) return;
    this.append({ kind: 'replica', replica, key: signer.publicKey }, null);
  }

  /**
   * Appends one record, signed by the caller's holder key. Throws `AUTHORITY_INVALID` for one that no reader
   * would accept: it would end the chain for everybody.
   *
   * @param shown sealed chain that a revocation shows for its block.
   */
  append(body: AuthorityBody, reason: string | null, shown: Uint8Array | null = null): AuthorityId {
    const { signer, sealed } = this.#ground.caller;
    invariant(signer !== null && sealed !== null, 'an allowed caller has a credential');
    return this.#write(body, reason, { signer, sealed, shown });
  }

  /** The same for the author's own key changes, signed by the record key, which needs no token chain. */
  appendOwn(body: AuthorityBody, reason: string | null, signer: Signer): AuthorityId {
    return this.#write(body, reason, { signer, sealed: null, shown: null });
  }

  #write(body: AuthorityBody, reason: string | null, { signer, sealed, shown }: Signing): AuthorityId {
    const { caller, authority, now } = this.#ground;
    const chain = sealed?.bytes ?? null;
    const texts =
      reason === null ? null : encodeAuthorityTexts({ salt: newSalt(this.#workspace.random), reason });
    const record: AuthorityRecord = {
      repo: authority.view.genesis,
      seq: this.#view.seq + 1,
      prev: [this.#view.head],
      by: caller.actor.principal,
      holder: signer.publicKey,
      chain: sealed?.digest ?? null,
      at: now,
      body,
      texts: texts === null ? null : textsDigest(this.#workspace.hasher, texts),
      ...this.#usedBy(body),
    };
    const written = writeRecord(this.#workspace, this.#batch, {
      record,
      signer,
      texts,
      chain,
      revoked: shown,
      parents: [this.#commit],
    });
    this.#view = this.#accepted(record, written.attestation, { chain, revoked: shown });
    this.#commit = written.commit;
    return written.id;
  }

  /** The first record of an operation uses up what others agreed to, for every clone that gets it. */
  #usedBy({ kind }: AuthorityBody): Pick<AuthorityRecord, 'consents'> {
    if (this.#consents.length === 0 || !NAMES_CONSENTS.includes(kind)) return {};
    const consents = this.#consents;
    this.#consents = [];
    return { consents };
  }

  /** The move of the authority ref; null where nothing was appended. */
  refChange(): RefChange | null {
    const { ref, headCommit } = this.#ground.authority;
    return this.#commit === headCommit ? null : { name: ref, old: headCommit, new: this.#commit };
  }

  /** Whatever was decided: every reader judges the record by the fold alone. */
  #accepted(
    record: AuthorityRecord,
    attestation: Attestation,
    chains: Pick<RecordFiles, 'chain' | 'revoked'>,
  ): AuthorityView {
    const verifier = authorityVerifier(this.#workspace, [chains]);
    const step = appendAuthority(this.#view, { record, attestation }, verifier);
    if (step.kind === 'view') return step.view;
    throw new HeddleError('AUTHORITY_INVALID', `the record would not be valid: ${step.violation.why}`, {
      facts: { kind: record.body.kind, by: record.by },
      preserved: 'nothing was changed',
    });
  }
}

interface Signing {
  readonly signer: Signer;
  /** Null where a record key signs. */
  readonly sealed: Caller['sealed'];
  readonly shown: Uint8Array | null;
}

export interface AuthorityGround {
  readonly authority: KnownAuthority;
  readonly caller: Caller;
  readonly replica: { readonly replica: LoadedReplica; readonly signer: Signer };
  readonly now: Instant;
  /** Requests by which others agreed to what is done; none where nobody had to. */
  readonly consents?: readonly RequestId[];
}
type LoadedReplica = KnownAuthority['view']['replicas'][number]['replica'];

/** Adds a signed record and its commit to a batch. */
export function writeRecord(
  workspace: Pick<Workspace, 'hasher'>,
  batch: ObjectBatch,
  options: {
    readonly record: AuthorityRecord;
    readonly signer: Signer;
    readonly texts: Uint8Array | null;
    readonly chain: Uint8Array | null;
    readonly revoked?: Uint8Array | null;
    readonly parents: readonly ObjectId[];
  },
): { readonly id: AuthorityId; readonly commit: ObjectId; readonly attestation: Attestation } {
  const { record, signer } = options;
  const bytes = encodeAuthorityRecord(record);
  const hash = workspace.hasher.hash('authority', bytes);
  const id = formatId('hg', hash);
  const attestation = { subject: id, holder: signer.publicKey, sig: signer.sign('authority', hash) };
  const tree = batch.addTree(
    blobEntries(batch, {
      'attestation.json': encodeAttestation(attestation),
      chain: options.chain,
      'record.json': bytes,
      revoked: options.revoked ?? null,
      'texts.json': options.texts,
    }),
  );
  const message = `heddle ${id}\n\n${record.body.kind} ${record.seq}`;
  const content = encodeCarrierCommit({
    tree,
    parents: options.parents,
    principal: record.by,
    at: record.at,
    message,
  });
  return { id, commit: batch.add('commit', content), attestation };
}

/** Tree entries of plain files; null leaves one out. */
export function blobEntries(
  batch: ObjectBatch,
  files: Readonly<Record<string, Uint8Array | null>>,
): readonly { readonly mode: string; readonly name: Uint8Array; readonly id: ObjectId }[] {
  return Object.entries(files).flatMap(([name, content]) =>
    content === null ? [] : [{ mode: '100644', name: utf8(name), id: batch.add('blob', content) }],
  );
}
