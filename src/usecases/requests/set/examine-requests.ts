import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest, RequestId } from '#domain/id.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import { redactedWords } from '#domain/removal/redacted-texts.ts';
import { decodeReasonTexts, type ReasonedKind } from '#domain/request/reason-texts.ts';
import { answerDigest, decodeAnswer } from '#domain/request/answer-codec.ts';
import { decodeRequest, requestId } from '#domain/request/request-codec.ts';
import { newestRequestInstant, type AnswerRecord, type RequestRecord } from '#domain/request/request-set.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isSetCommit, OTHER_COMMIT } from '#usecases/signed-sets/set-commit.ts';
import type { RecordFiles } from '#usecases/signed-sets/set-files.ts';
import {
  assertTexts,
  attested,
  fileOf,
  guarded,
  invalidRecord,
} from '#usecases/signed-sets/signed-record.ts';
import { readRequestRows, type RequestDirectory } from './read-request-set.ts';

/** The set of requests with whatever is wrong with it. */
export interface ExaminedRequests {
  /** Null where there is no request. */
  readonly head: ObjectId | null;
  /** Rows of the set's tree, damaged ones included: a writer carries them along. */
  readonly rows: readonly TreeEntry[];
  /** Git entries of each readable request's directory. */
  readonly trees: ReadonlyMap<RequestId, readonly TreeEntry[]>;
  /** Requests whose signatures and chains hold, with the answers whose own do. Whether each was right is not asked. */
  readonly records: ReadonlyMap<RequestId, RequestRecord>;
  readonly problems: readonly { readonly subject: string; readonly why: string }[];
  /** True where the set itself could not be read. */
  readonly unreadable: boolean;
}

/**
 * Reads the set and verifies ids, texts, signatures and token chains against the keys that `view` has. What is
 * damaged or foreign is told and left out; it never throws for what is in the set.
 */
export async function examineRequests(workspace: Workspace, view: AuthorityView): Promise<ExaminedRequests> {
  const head = (await workspace.refs.read(REQUESTS_REF)) ?? null;
  const none = { rows: [], trees: new Map(), records: new Map(), problems: [], unreadable: false };
  if (head === null) return { head, ...none };
  try {
    const { rows, read } = await readRequestRows(workspace, head);
    const problems: { readonly subject: string; readonly why: string }[] = [];
    const records = new Map<RequestId, RequestRecord>();
    const trees = new Map<RequestId, readonly TreeEntry[]>();
    for (const one of read) {
      if ('why' in one) problems.push(one);
      else {
        const found = decodeDirectory(workspace, view, one);
        problems.push(...found.problems.map((why) => ({ subject: one.id, why })));
        if (found.record !== null) records.set(one.id, found.record);
        if (found.record !== null) trees.set(one.id, one.entries);
      }
    }
    // Of a set that is damaged nothing can be derived.
    if (
      problems.length === 0 &&
      !(await isSetCommit(workspace, head, {
        set: 'requests',
        newest: newestRequestInstant(records.values()),
      }))
    ) {
      problems.push({ subject: REQUESTS_REF, why: OTHER_COMMIT });
    }
    return { head, rows, trees, records, problems, unreadable: false };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const problems = [{ subject: REQUESTS_REF, why: error.message }];
    return { head, ...none, problems, unreadable: true };
  }
}

interface Decoded {
  readonly record: RequestRecord | null;
  readonly problems: readonly string[];
}

function decodeDirectory(workspace: Workspace, view: AuthorityView, directory: RequestDirectory): Decoded {
  const problems = [...directory.problems];
  const record = guarded(problems, () => decodeOne(workspace, view, directory));
  if (record === undefined) return { record: null, problems };
  const answers = directory.answers
    .flatMap(({ digest, files }) => {
      const found: string[] = [];
      const answer = guarded(found, () => decodeAnswerFiles(workspace, view, { digest, files, record }));
      problems.push(...found.map((why) => `its answer: ${why}`));
      return answer === undefined ? [] : [answer];
    })
    .toSorted((a, b) => (`${a.answer.at} ${a.id}` < `${b.answer.at} ${b.id}` ? -1 : 1));
  return { record: { ...record, answers }, problems };
}

function decodeOne(
  workspace: Workspace,
  view: AuthorityView,
  { id, own }: RequestDirectory,
): Omit<RequestRecord, 'answers'> {
  const bytes = fileOf(own, 'request.json');
  if (requestId(workspace.hasher, bytes) !== id) throw invalidRecord('its request is another one');
  const request = decodeRequest(bytes);
  if (request.repo !== view.genesis) throw invalidRecord('it belongs to another repository');
  return {
    id,
    request,
    ...reasonTexts(workspace, 'request', { files: own, named: request.texts }),
    ...attested(workspace, view, { kind: 'request', id, files: own, claim: request }),
  };
}

function decodeAnswerFiles(
  workspace: Workspace,
  view: AuthorityView,
  {
    digest,
    files,
    record,
  }: {
    readonly digest: Digest;
    readonly files: RecordFiles;
    readonly record: Pick<RequestRecord, 'id'>;
  },
): AnswerRecord {
  const bytes = fileOf(files, 'answer.json');
  if (answerDigest(workspace.hasher, bytes) !== digest) throw invalidRecord('it is another one');
  const answer = decodeAnswer(bytes);
  if (answer.repo !== view.genesis) throw invalidRecord('it belongs to another repository');
  if (answer.request !== record.id) throw invalidRecord('it is of another request');
  const texts = reasonTexts(workspace, 'answer', { files, named: answer.texts });
  const signed = { kind: 'answer', id: digest, files, claim: answer } as const;
  return { id: digest, answer, ...texts, ...attested(workspace, view, signed) };
}

/** The sidecar beside a record, or whose tombstone stands there: whether it covers the record is for `verify`. */
function reasonTexts(
  { hasher }: Pick<Workspace, 'hasher'>,
  kind: ReasonedKind,
  { files, named }: { readonly files: RecordFiles; readonly named: Digest },
): Pick<RequestRecord, 'texts' | 'redactedBy'> {
  const texts = decodeReasonTexts(kind, fileOf(files, 'texts.json'));
  if ('redactedBy' in texts) return { texts: { reason: redactedWords(texts) }, ...texts };
  assertTexts(hasher, files, named);
  return { texts };
}
