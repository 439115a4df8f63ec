import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';

/** What people and agents write freely, as a verb's arguments are called. */
const SPOKEN = ['intent', 'task', 'reason', 'comment'] as const;

/** No rule knows a secret that has fewer characters without a blank between them. */
const UNBROKEN = /[^\s]{12}/;

/** Tells whether a text is worth looking through: loading the rules costs more than most verbs do. */
export function mayHoldSecret(text: string | null): text is string {
  return text !== null && UNBROKEN.test(text);
}

/** The texts among a verb's arguments that could hold a secret. */
export function spokenTexts(args: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SPOKEN.flatMap((name) => {
      const text = jsonField(args, name);
      return typeof text === 'string' && mayHoldSecret(text) ? [[name, text]] : [];
    }),
  );
}
