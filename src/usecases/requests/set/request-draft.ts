import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { formatDigest, formatId, type Digest, type RequestId } from '#domain/id.ts';
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
import { newSalt } from '#domain/state/texts.ts';
import type { ObjectBatch, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { signedFields, signRecord, type RecordAuthor } from '#usecases/signed-sets/sign-record.ts';
import type { ExaminedRequests } from './examine-requests.ts';

type Writer = Pick<Workspace, 'hasher' | 'random'>;

/** Adds records to the set of requests; they become visible with the operation that moves its ref. */
export class RequestDraft {
  readonly #workspace: Writer;
  readonly #author: RecordAuthor;
  readonly #batch: ObjectBatch;
  readonly #loaded: ExaminedRequests;
  /** Rows of the set by name, whatever they are. */
  readonly #rows: Map<string, TreeEntry>;

  constructor(
    workspace: Writer,
    author: RecordAuthor,
    { loaded, batch }: { readonly loaded: ExaminedRequests; readonly batch: ObjectBatch },
  ) {
    this.#workspace = workspace;
    this.#author = author;
    this.#batch = batch;
    this.#loaded = loaded;
    this.#rows = new Map(loaded.rows.map((row) => [rowName(row), row]));
  }

  /** Asks for something. */
  ask(
    asked: RequestedAct & Pick<AccessRequest, 'expires' | 'code'>,
    said: { readonly reason: string | null; readonly act: IntendedAct | undefined },
  ): { readonly id: RequestId; readonly request: AccessRequest } {
    const texts = encodeReasonTexts('request', { salt: newSalt(this.#workspace.random), ...said });
    const request: AccessRequest = {
      ...asked,
      ...signedFields(this.#workspace, this.#author, texts),
      nonce: newNonce(this.#workspace.random),
    };
    const bytes = encodeRequest(request);
    const nameOf = (hash: Uint8Array): RequestId => formatId('hq', hash);
    const record = { kind: 'request', bytes, texts, nameOf } as const;
    const { id, beside } = signRecord(this.#workspace, this.#author, record);
    this.#put(id, blobEntries(this.#batch, { 'request.json': bytes, ...beside }));
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
    const { verdict, gives } = said;
    const fields = signedFields(this.#workspace, this.#author, texts);
    const bytes = encodeAnswer({ ...fields, request, verdict, gives });
    const record = { kind: 'answer', bytes, texts, nameOf: formatDigest } as const;
    const { id, beside } = signRecord(this.#workspace, this.#author, record);
    const tree = this.#batch.addTree(blobEntries(this.#batch, { 'answer.json': bytes, ...beside }));
    this.#put(request, [...entries, { mode: DIRECTORY, name: utf8(`answer-${id}`), id: tree }]);
    return id;
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
    this.#rows.set(id, { mode: DIRECTORY, name: utf8(id), id: this.#batch.addTree(entries) });
  }
}

function rowName({ name }: TreeEntry): string {
  return decodeUtf8(name) ?? name.join();
}
