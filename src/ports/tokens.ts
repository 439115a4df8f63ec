import type { EvaluateToken, PresentedCredential } from '#domain/decision/decision.ts';
import type { AuthorityBlock, DelegationBlock, PublicKeyHex, TokenBlock } from '#domain/token/token.ts';
import type { HolderKey, RootKey } from './keys.ts';

/** A token decoded without trust: every signature but the root key's was checked. */
export type TokenInspection =
  | {
      readonly kind: 'readable';
      readonly blocks: readonly TokenBlock[];
      readonly revocationIds: readonly string[];
      readonly sealed: boolean;
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Biscuit tokens. Offline and pure but for randomness. */
export interface TokenService {
  /** Signs an authority block with the principal's root key. */
  mint(root: RootKey, block: Omit<AuthorityBlock, 'kind' | 'tokenVersion'>): Uint8Array;
  /** Appends a third-party block signed by the current holder's key. Throws `TOKEN_INVALID`. */
  attenuate(token: Uint8Array, holder: HolderKey, block: Omit<DelegationBlock, 'kind'>): Uint8Array;
  /** The sealed form: cannot be extended. Deterministic; sealing a sealed token returns it. */
  seal(token: Uint8Array): Uint8Array;
  /**
   * The strict reader: bounded decode, lint, signatures, holder chain. Never throws for bad input. The first
   * block must be signed by one of `candidateRoots` (the registered keys), which becomes the chain's `root`.
   */
  read(
    token: Uint8Array,
    candidateRoots: readonly PublicKeyHex[],
  ): Exclude<PresentedCredential, { readonly kind: 'none' }>;
  /** What a stranger's token says, for `token inspect`; never a reason to allow anything. Never throws. */
  inspect(token: Uint8Array): TokenInspection;
  /** A new holder key pair from the system's randomness. */
  newHolder(): HolderKey;
  /** Names the engine: another text for whatever could answer otherwise. */
  readonly engine: string;
  /** Loads the Biscuit engine (the only costly part) and returns the evaluation. */
  loadEngine(): Promise<EvaluateToken>;
}
