import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { invariant } from '#domain/error.ts';
import { OPERATION_KINDS, type OperationKind } from '#domain/operation/operation.ts';

/** What exactly somebody means to do: the log's word for it, and the verb's arguments as the log keeps them. */
export interface IntendedAct {
  readonly op: OperationKind;
  readonly args: Json;
}

/** A tombstone whose content is to be destroyed, and whether Git's own history is rewritten for that. */
export interface MeantPurge {
  readonly tombstone: string;
  readonly rewriteGit: boolean;
}

/**
 * Which act a decision is about, where others may have to agree to it. `some`: whichever of the kind, of a question or
 * a rehearsal. `exact`: what is about to be done, as {@link actText}, by one consent where that is named. `done`: what was done, judged again: by the one
 * consent that its log line names, or where no line is at hand (`null` in both) by any.
 */
export type ActInQuestion =
  | { readonly kind: 'some' }
  | {
      readonly kind: 'exact';
      readonly act: string;
      readonly consent?: string | undefined;
      /** Where something is to be destroyed. */
      readonly purge?: MeantPurge | undefined;
    }
  | { readonly kind: 'done'; readonly act: string | null; readonly consent: string | null };

/** Acts are the same where these are. */
export function actText({ op, args }: IntendedAct): string {
  return `${op} ${argsText(args)}`;
}

/** The act that a text says; undefined of a text that says none. */
export function readActText(text: string): IntendedAct | undefined {
  const op = OPERATION_KINDS.find((kind) => text.startsWith(`${kind} `));
  if (op === undefined) return undefined;
  const bytes = utf8(text.slice(op.length + 1));
  return { op, args: decodeCanonical(bytes, 'act', bytes.length) };
}

/** Who names nothing means whatever is the newest by then: nobody can agree to that. */
const MEANS_THE_NEWEST: ReadonlySet<string> = new Set(
  (['undo', 'redo'] as const).map((op) => actText({ op, args: { operation: null } })),
);

/** Tells whether an act will be the same one later, so that others can agree to it. */
export function isExactAct(act: string): boolean {
  return !MEANS_THE_NEWEST.has(act);
}

/** An act laid out as published. */
export function actResult({ op, args }: IntendedAct): { readonly op: OperationKind; readonly args: string } {
  return { op, args: argsText(args) };
}

function argsText(args: Json): string {
  const text = decodeUtf8(encodeCanonical(args));
  invariant(text !== undefined, 'canonical JSON is UTF-8');
  return text;
}
