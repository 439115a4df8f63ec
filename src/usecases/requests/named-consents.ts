import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';

/** The requests that a line's author says it was done by; none of a denied line. */
export function consentsOf({ line, texts }: LoggedOperation): readonly string[] {
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return [];
  const named = jsonField(texts.args, CONSENTS);
  return Array.isArray(named) ? named.map(String) : [];
}

/** Where a line's arguments keep them, beside the verb's own. */
export const CONSENTS = 'consents';
