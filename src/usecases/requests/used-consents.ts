import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Requests that something was done by already, as the lines of all logs of this clone say: consent is to one act, once.
 * Reads them whole; asked only where something is guarded.
 */
export async function usedConsents({ log }: Pick<Workspace, 'log'>): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for await (const operation of log.newest()) for (const request of consentsOf(operation)) used.add(request);
  return used;
}

/** The requests that a line's author says it was done by; none of a denied line. */
export function consentsOf({ line, texts }: LoggedOperation): readonly string[] {
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return [];
  const named = jsonField(texts.args, CONSENTS);
  return Array.isArray(named) ? named.map(String) : [];
}

/** Where a line's arguments keep them, beside the verb's own. */
export const CONSENTS = 'consents';
