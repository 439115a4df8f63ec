import type { ErrorCode } from '#domain/error.ts';

/** What an error code means and how people come to it: clauses without a full stop. */
export interface ErrorWords {
  readonly meaning: string;
  readonly cause: string;
  /** What to do, where the error table has no hint; null where it has one. */
  readonly helps: string | null;
}

/** Words of a code. */
export function words(meaning: string, cause: string, helps: string | null = null): ErrorWords {
  return { meaning, cause, helps };
}

/** Words of some codes; one for what is no code does not compile. */
export type SomeWords = { readonly [Code in ErrorCode | 'BUG']?: ErrorWords };
