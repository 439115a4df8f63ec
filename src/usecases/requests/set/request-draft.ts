import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { formatDigest, formatId, type AuthorityId, type Digest, type RequestId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import { encodeReasonTexts } from '#domain/request/reason-texts.ts';
import { encodeAnswer, type AnswerVerdict, type Given } from '#domain/request/answer-codec.ts';
import {
  encodeRequest,
  newNonce,
  type AccessRequest,
  type RequestedAct,
} from '#domain/request/request-codec.ts';
import type { IntendedAct } from '#domain/request/intended-act.ts';
import { newestRequestInstant } from '#domain/request/request-set.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { ExaminedRequests } from './examine-requests.ts';

type Writer = Pick<Workspace, 'hasher' | 'random'>;
type Author = Pick<Ground, 'authority' | 'caller' | 'now'>;

/** Adds records to the set of requests; they become visible with the operation that moves its ref. */
export class RequestDraft {
  readonly #workspace: Writer;
  readonly #author: Author;
  readonly #batch: ObjectBatch;
  readonly #loaded: ExaminedRequests;
  /** Rows of the set by name, whatever they are. */
  readonly #rows: Map<string, TreeEntry>;

  constructor(
    workspace: Writer,
    author: Author,
    { loaded, batch }: { readonly loaded: ExaminedRequests; readonly batch: ObjectBatch },
  ) {
    this.#workspace = workspace;
    this.#author = author;
    this.#batch = batch;
    this.#loaded = loaded;
    this.#rows = new Map(loaded.rows.map((row) => [nameOf(row), row]));
  }

  /** Asks for something. */
  ask(
    asked: RequestedAct & Pick<AccessRequest, 'expires' | 'code'>,
    said: { readonly reason: string | null; readonly act: IntendedAct | undefined },
  ): { readonly id: RequestId; readonly request: AccessRequest } {
    const texts = encodeReasonTexts('request', { salt: newSalt(this.#workspace.random), ...said });
    const request: AccessRequest = {
      ...asked,
      ...this.#signed(),
      nonce: newNonce(this.#workspace.random),
      texts: textsDigest(this.#workspace.hasher, texts),
    };
    const bytes = encodeRequest(request);
    const hash = this.#workspace.hasher.hash('request', bytes);
    const id = formatId('hq', hash);
    const files = this.#files('request', { bytes, texts, subject: id, hash });
    this.#put(id, [...blobEntries(this.#batch, files)]);
    return { id, request };
  }

  /** Answers a request of the set. */
  answer(
    request: RequestId,
    said: { readonly verdict: AnswerVerdict; readonly gives: Given | null; readonly reason: string | null },
  ): Digest {
    const entries = this.#loaded.trees.get(request);
    invariant(entries !== undefined, 'an answer is to a request of the set');
    const texts = encodeReasonTexts('answer', { salt: newSalt(this.#workspace.random), reason: said.reason });
    const bytes = encodeAnswer({
      ...this.#signed(),
      request,
      verdict: said.verdict,
      gives: said.gives,
      texts: textsDigest(this.#workspace.hasher, texts),
    });
    const hash = this.#workspace.hasher.hash('answer', bytes);
    const digest = formatDigest(hash);
    const tree = this.#batch.addTree(
      blobEntries(this.#batch, this.#files('answer', { bytes, texts, subject: digest, hash })),
    );
    this.#put(request, [...entries, { mode: '40000', name: utf8(`answer-${digest}`), id: tree }]);
    return digest;
  }

  /** The move of the set's ref to the set with what was added. */
  refChange(): RefChange {
    const { head, records } = this.#loaded;
    const { now } = this.#author;
    const before = newestRequestInstant(records.values());
    const newest = before !== undefined && before > now ? before : now;
    const tree = this.#batch.addTree([...this.#rows.values()]);
    const commit = this.#batch.add('commit', encodeSetCommit('requests', tree, newest));
    return { name: REQUESTS_REF, old: head, new: commit };
  }

  #put(id: RequestId, entries: readonly TreeEntry[]): void {
    this.#rows.set(id, { mode: '40000', name: utf8(id), id: this.#batch.addTree(entries) });
  }

  #files(
    kind: 'request' | 'answer',
    record: {
      readonly bytes: Uint8Array;
      readonly texts: Uint8Array;
      readonly subject: RequestId | Digest;
      readonly hash: Uint8Array;
    },
  ): Readonly<Record<string, Uint8Array>> {
    const { signer, sealed } = this.#caller();
    const { subject, hash } = record;
    const sig = signer.sign(kind, hash);
    return {
      [`${kind}.json`]: record.bytes,
      'texts.json': record.texts,
      'attestation.json': encodeAttestation({ subject, holder: signer.publicKey, sig }),
      chain: sealed.bytes,
    };
  }

  /** What every record says of who signed it. */
  #signed(): Pick<AccessRequest, 'repo' | 'actor' | 'holder' | 'chain' | 'at' | 'policy'> & {
    readonly repo: AuthorityId;
    readonly at: Instant;
  } {
    const { authority, caller, now } = this.#author;
    const { signer, sealed } = this.#caller();
    return {
      repo: authority.view.genesis,
      actor: caller.actor,
      holder: signer.publicKey,
      chain: sealed.digest,
      at: now,
      policy: authority.view.head,
    };
  }

  #caller() {
    const { signer, sealed } = this.#author.caller;
    invariant(signer !== null && sealed !== null, 'an allowed caller has a credential');
    return { signer, sealed };
  }
}

function nameOf({ name }: TreeEntry): string {
  return decodeUtf8(name) ?? name.join();
}
