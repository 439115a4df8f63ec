import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { foreignOperations } from '#usecases/segments/published-operations.ts';
import { examineTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import { actAuthors } from './act-authors.ts';
import { consentsOf } from './named-consents.ts';

/** What this clone knows of requests beside the requests themselves. */
export interface ConsentFacts {
  /** Requests that something was done by already: consent is to one act, once. */
  readonly used: ReadonlySet<string>;
  /** When requests were made, those that were recorded here: see {@link askedTimes}. */
  readonly asked: ReadonlyMap<string, Instant>;
  readonly tombstones: ReadonlyMap<string, TombstoneRecord>;
}

/**
 * Reads all logs of this clone whole, those that other clones published, and what else travels: a removal names the request it was done by in its own record,
 * and so does a record of the authority chain. A line whose sidecar was redacted does not tell, and may have been done by any request of its author
 * for an act of its kind from before: nobody gets an act again by having the first one's line redacted. Asked only where
 * something is guarded.
 */
export async function readConsentFacts(
  workspace: Workspace,
  view: AuthorityView,
  requests: Iterable<RequestRecord>,
): Promise<ConsentFacts> {
  const used = new Set<string>();
  const times: LineTime[] = [];
  const bound = [...requests].filter(({ texts }) => texts.act !== undefined);
  // Of a long log no line is kept.
  for await (const operation of workspace.log.newest()) {
    for (const request of consentsOf(operation)) used.add(request);
    times.push(lineTime(operation));
    if (operation.texts !== 'redacted') continue;
    for (const record of bound) if (mayHaveUsed(operation.line, record)) used.add(record.id);
  }
  for await (const operation of foreignOperations(workspace))
    for (const record of bound) if (usedElsewhere(operation, record)) used.add(record.id);
  const { records } = await examineTombstones(workspace, view);
  for (const request of [...records.values()].flatMap(removalConsents)) used.add(request);
  for (const request of view.consents) used.add(request);
  return { used, asked: askedTimes(times), tombstones: records };
}

/** Whether a line of another clone used up a request: its author's own act of that kind, or one that nobody can tell. */
function usedElsewhere(operation: LoggedOperation, record: RequestRecord): boolean {
  if (!mayHaveUsed(operation.line, record)) return false;
  return operation.texts === 'redacted' || consentsOf(operation).includes(record.id);
}

/** Whether a line whose sidecar is gone may have been done by a request. */
export function mayHaveUsed(
  { op, verdict, actor, at }: LoggedOperation['line'],
  { request, texts }: RequestRecord,
): boolean {
  if (verdict.verdict === 'deny' || texts.act?.op !== op) return false;
  return actor.principal === request.actor.principal && request.at <= at;
}

/** The requests that lifts and purges of a tombstone name; those that count. */
export function removalConsents({ countedLifts, countedPurges }: TombstoneRecord): readonly string[] {
  return [...countedLifts, ...countedPurges].flatMap(({ act: { consent } }) => consent ?? []);
}

/**
 * A request whose sidecar was redacted since no longer tells to what others agreed: that it was this is then taken as
 * given, for what was done before.
 */
export function withLostAct(
  agreement: Agreement,
  {
    redactedBy,
    act,
    at,
  }: { readonly redactedBy: string | undefined; readonly act: string | null; readonly at: Instant },
  {
    view,
    tombstones,
  }: { readonly view: AuthorityView; readonly tombstones: ReadonlyMap<string, TombstoneRecord> },
): Agreement {
  const since = redactedBy === undefined ? undefined : tombstones.get(redactedBy);
  if (since === undefined || at > since.declaration.at) return agreement;
  return { ...agreement, act, authors: actAuthors(view, tombstones, act) };
}

/** When a line says that it was written, and the request that it recorded. */
export interface LineTime {
  readonly lamport: number;
  readonly at: Instant;
  readonly request: string | null;
}

/** What of a line tells when something was asked for. */
export function lineTime({ line, texts }: LoggedOperation): LineTime {
  const { lamport, at } = line;
  const made = line.op === 'request' && line.verdict.verdict === 'allow' && texts !== 'redacted';
  const request = made ? jsonField(texts.result, 'request') : undefined;
  return { lamport, at, request: typeof request === 'string' ? request : null };
}

/**
 * When each request was recorded in a clone: no earlier than anything that its logs held by then. Its own time is its
 * signer's word; with this nobody dates a request back over what others wrote.
 */
export function askedTimes(lines: readonly LineTime[]): ReadonlyMap<string, Instant> {
  const times = new Map<string, Instant>();
  let newest: Instant | undefined;
  for (const { at, request } of lines.toSorted((a, b) => a.lamport - b.lamport)) {
    if (newest === undefined || at > newest) newest = at;
    if (request !== null && !times.has(request)) times.set(request, newest);
  }
  return times;
}
