import type { ResultKind, Results } from '#domain/results.ts';

/** For each of some kinds of answer a full sample first, then one with as little as there can be. */
export type Samples<Kind extends ResultKind> = { readonly [Each in Kind]: readonly Results[Each][] };
