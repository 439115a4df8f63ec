import type { TokenChain } from '#domain/token/token.ts';

/** A token chain that a record was made under, read from the sealed bytes beside it. */
export interface StoredChain {
  readonly chain: TokenChain;
  readonly bytes: Uint8Array;
}
