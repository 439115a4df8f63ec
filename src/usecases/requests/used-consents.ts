import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Requests that something was done by already, as the lines of all logs of this clone say: consent is to one act, once.
 * A line whose sidecar was redacted does not tell, and may have been done by any request of its author for an act of its
 * kind from before: nobody gets an act again by having the first one's line redacted. Reads them whole; asked only where
 * something is guarded.
 */
export async function usedConsents(
  { log }: Pick<Workspace, 'log'>,
  requests: Iterable<RequestRecord>,
): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const bound = [...requests].filter(({ texts }) => texts.act !== undefined);
  for await (const operation of log.newest()) {
    for (const request of consentsOf(operation)) used.add(request);
    if (operation.texts !== 'redacted') continue;
    for (const record of bound) if (mayHaveUsed(operation.line, record)) used.add(record.id);
  }
  return used;
}

/** Whether a line whose sidecar is gone may have been done by a request. */
export function mayHaveUsed(
  { op, verdict, actor, at }: LoggedOperation['line'],
  { request, texts }: RequestRecord,
): boolean {
  if (verdict.verdict === 'deny' || texts.act?.op !== op) return false;
  return actor.principal === request.actor.principal && request.at <= at;
}

/** The requests that a line's author says it was done by; none of a denied line. */
export function consentsOf({ line, texts }: LoggedOperation): readonly string[] {
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return [];
  const named = jsonField(texts.args, CONSENTS);
  return Array.isArray(named) ? named.map(String) : [];
}

/** Where a line's arguments keep them, beside the verb's own. */
export const CONSENTS = 'consents';
