import type { Instant } from '#domain/time.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { BudgetKind } from './budget-kind.ts';

/** A raw Ed25519 public key, 32 bytes, as lower-case hexadecimal. */
export type PublicKeyHex = string;

/** One check of a block, in heddle's closed shape; all checks of all blocks must hold. */
export type TokenCheck =
  | { readonly kind: 'operation'; readonly anyOf: readonly RequestOperation[] }
  /** Formatted resources; holds where one covers the request. */
  | { readonly kind: 'resource'; readonly anyOf: readonly string[] }
  | { readonly kind: 'time'; readonly notAfter: Instant }
  | { readonly kind: 'provider'; readonly anyOf: readonly string[] }
  | { readonly kind: 'model'; readonly anyOf: readonly string[] }
  /** Agents in the chain, the request's own included, at most. */
  | { readonly kind: 'depth'; readonly atMost: number }
  /**
   * What was spent under all chains that contain `holder`, the request included, is at most this. The holder is the
   * one of the block's own token: what is derived from it contains it too, and so nothing escapes the count.
   */
  | {
      readonly kind: 'budget';
      readonly budget: BudgetKind;
      readonly holder: PublicKeyHex;
      readonly atMost: number;
    };

/**
 * The predicate that a check of each kind asks for; a block's own facts `provider` and `model` have other names, as
 * a check would see them and pass by itself.
 */
export const CHECK_PREDICATES = {
  operation: 'operation',
  resource: 'within',
  time: 'time',
  provider: 'actor_provider',
  model: 'actor_model',
  depth: 'depth',
} as const satisfies Record<Exclude<TokenCheck['kind'], 'budget'>, string>;

/** The same for each kind of budget: its fact names a holder and what is spent under it. */
export const BUDGET_PREDICATES = {
  states: 'spent_states',
  files: 'spent_files',
  lines: 'spent_lines',
  minutes: 'spent_minutes',
} as const satisfies Record<BudgetKind, string>;

/** The first block, signed by the principal's root key. Exactly these facts, one each. */
export interface AuthorityBlock {
  readonly kind: 'authority';
  readonly tokenVersion: 1;
  readonly principal: string;
  /** The token's session: revoking it revokes every descendant. */
  readonly session: string;
  /** A genesis id, or `*` for a session meant for many repositories. */
  readonly repo: string;
  readonly holder: PublicKeyHex;
  readonly issued: Instant;
  readonly checks: readonly TokenCheck[];
}

/** A third-party block, signed by the holder key of the nearest block before it that names one. */
export interface DelegationBlock {
  readonly kind: 'delegation';
  readonly agent: string;
  readonly holder: PublicKeyHex;
  readonly provider: string | null;
  readonly model: string | null;
  readonly checks: readonly TokenCheck[];
}

/** A first-party block: checks only, the holder stays. */
export interface AttenuationBlock {
  readonly kind: 'attenuation';
  readonly checks: readonly TokenCheck[];
}

export type TokenBlock = AuthorityBlock | DelegationBlock | AttenuationBlock;

/**
 * A token after the strict reader: decoded, linted, its signatures verified against the key that signed
 * the authority block. Whether that key is registered is the decision's question, not the reader's.
 */
export interface TokenChain {
  readonly authority: AuthorityBlock;
  readonly blocks: readonly TokenBlock[];
  /** One for each block, in order; hexadecimal of the block's signature. The identity of a block. */
  readonly revocationIds: readonly string[];
  /** The root public key that verified the authority block. */
  readonly root: PublicKeyHex;
  /** Who must sign a use: the holder of the last block that names one. */
  readonly holder: PublicKeyHex;
  readonly sealed: boolean;
}

/** The agents of a chain in order of delegation, with their block's index. */
export function chainAgents(
  chain: TokenChain,
): readonly { readonly agent: string; readonly block: number; readonly holder: PublicKeyHex }[] {
  return chain.blocks.flatMap((block, index) =>
    block.kind === 'delegation' ? [{ agent: block.agent, block: index, holder: block.holder }] : [],
  );
}

/** The names of a chain's agents in order of delegation; none without a chain. */
export function agentNames(chain: TokenChain | null): readonly string[] {
  return chain === null ? [] : chainAgents(chain).map(({ agent }) => agent);
}
