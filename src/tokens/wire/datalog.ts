/** The part of Datalog that heddle's blocks use; nothing else can be expressed, read or written. */

export type Term =
  | { readonly kind: 'variable'; readonly name: string }
  /** From 0 to 2⁵³. */
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'string'; readonly text: string }
  /** Whole seconds since 1970. */
  | { readonly kind: 'date'; readonly seconds: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export interface Predicate {
  readonly name: string;
  /** A first term before the other, in predicates of two: always bytes. */
  readonly key?: Uint8Array;
  readonly term: Term;
}

/** One alternative of a check: a predicate, and for a variable the bound it must not exceed (`$x <= bound`). */
export interface Query {
  readonly predicate: Predicate;
  readonly atMost: Term | null;
}

/** A block's contents: facts, and checks as lists of alternatives. */
export interface DatalogBlock {
  readonly facts: readonly Predicate[];
  readonly checks: readonly (readonly Query[])[];
}
