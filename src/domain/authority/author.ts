import type { AuthorityRecord, AuthorityView, RegisteredPrincipal } from './authority.ts';
import { findPrincipal } from './authority-view.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import type { Digest } from '#domain/id.ts';
import { KEY_PROOF_SESSION, type KeyProofVerifier } from './key-proof.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';

/** What the fold needs from outside the domain. */
export interface AuthorityVerifier extends KeyProofVerifier {
  /** The stored sealed chain of a digest, through the strict reader; undefined where it is missing or refused. */
  readonly readChain: (digest: Digest, roots: readonly PublicKeyHex[]) => TokenChain | undefined;
  /** The chain that a revocation shows for its block, from this root key; undefined where none does. */
  readonly shownChain: (block: string, root: PublicKeyHex) => TokenChain | undefined;
}

/** Who wrote a record: with a chain, or with the record key. */
export type Author =
  | { readonly kind: 'chain'; readonly chain: TokenChain }
  | { readonly kind: 'record-key' }
  | { readonly kind: 'refused'; readonly why: string };

/** How far the clocks of the machine that minted and the one that writes may differ. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** Finds out whether a record's author was who it says, with a live chain, at the record's time. */
export function resolveAuthor(
  view: AuthorityView,
  record: AuthorityRecord,
  verifier: AuthorityVerifier,
): Author {
  const principal = findPrincipal(view, record.by);
  if (principal === undefined) return refused('its author has no live keys');
  if (record.chain === null) return ownRecordKey(record, principal);
  const chain = verifier.readChain(record.chain, [principal.keys.root]);
  if (chain === undefined) return refused('its token chain is missing or not readable');
  if (chainDigest(verifier.hasher, chain) !== record.chain) return refused('its token chain is another one');
  const why =
    identityProblem(record, chain, principal) ??
    lifeProblem(view, chain, record.at) ??
    shapeProblem(record, chain);
  return why === undefined ? { kind: 'chain', chain } : refused(why);
}

function refused(why: string): Author {
  return { kind: 'refused', why };
}

/** The record key signs the principal's own key changes and nothing else here. */
function ownRecordKey(record: AuthorityRecord, principal: RegisteredPrincipal): Author {
  const { body } = record;
  const own = body.kind === 'key' && body.action !== 'add' && body.principal === record.by;
  if (!own) return refused('it has no token chain');
  if (record.holder !== principal.keys.record) return refused("it is not signed by its author's record key");
  return { kind: 'record-key' };
}

function identityProblem(
  record: AuthorityRecord,
  chain: TokenChain,
  principal: RegisteredPrincipal,
): string | undefined {
  if (chain.root !== principal.keys.root) return "its chain does not begin at its author's root key";
  if (chain.authority.principal !== record.by) return 'its chain is of another principal';
  if (chain.holder !== record.holder) return "it is not signed by its chain's holder";
  if (chain.authority.session === KEY_PROOF_SESSION) return 'its chain is a proof of possession';
  if (!chain.sealed) return 'its chain is not sealed';
  return undefined;
}

function lifeProblem(view: AuthorityView, chain: TokenChain, at: Instant): string | undefined {
  const { repo, session, issued, checks } = chain.authority;
  if (repo !== '*' && repo !== view.genesis) return 'its chain is for another repository';
  if (view.revokedSessions.includes(session)) return 'its session was revoked';
  if (chain.revocationIds.some((id) => view.revokedBlocks.includes(id))) return 'its chain was revoked';
  if (!checks.some((check) => check.kind === 'time')) return 'its chain has no end';
  const times = chain.blocks.flatMap((block) => block.checks).filter((check) => check.kind === 'time');
  if (times.some((check) => at > check.notAfter)) return 'its chain had expired';
  if (instantMilliseconds(issued) > instantMilliseconds(at) + CLOCK_SKEW_MS) {
    return 'its chain was issued later';
  }
  return undefined;
}

/** Everything but a clone's own key, and taking back what one handed on, is the floor's: no delegation, no attenuation. */
function shapeProblem(record: AuthorityRecord, chain: TokenChain): string | undefined {
  const { body } = record;
  if (body.kind === 'replica' || body.kind === 'merge' || (body.kind === 'revoke' && body.block !== null))
    return undefined;
  return chain.blocks.length === 1 ? undefined : 'its chain is delegated or attenuated';
}
