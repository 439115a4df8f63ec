import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { chainClaimProblem } from '#domain/token/chain-claim.ts';
import { idBytes } from '#domain/id.ts';
import { ACTOR_FIELDS } from '#domain/actor/actor.ts';
import type { AttestationStatus, State } from '#domain/state/state.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { namedByChain } from '#usecases/caller/actor-fields.ts';
import type { CarriedState } from './read-state.ts';

/** What the signature beside a state proves, and the chain it was made under. */
export interface AttestedState {
  readonly attestation: AttestationStatus;
  /** Null where the chain is missing or refused. */
  readonly chain: TokenChain | null;
  /** Why it is not `verified`; null where it is. */
  readonly why: string | null;
}

/**
 * Verifies a state's signature: by its holder, over its id, under a chain from a registered root key whose
 * last block binds that holder. Says nothing about whether the chain allowed the state.
 */
export function attestState(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  carried: CarriedState,
  view: AuthorityView,
): AttestedState {
  const known = attested.get(carried);
  if (known?.view === view) return known.outcome;
  const outcome = attest(workspace, carried, view);
  attested.set(carried, { view, outcome });
  return outcome;
}

/** A state that was read once is verified once for a view. */
const attested = new WeakMap<
  CarriedState,
  { readonly view: AuthorityView; readonly outcome: AttestedState }
>();

function attest(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  carried: CarriedState,
  view: AuthorityView,
): AttestedState {
  const { attestation, state, id } = carried;
  const chain = readChain(workspace, carried, view);
  if (attestation === null) return { attestation: 'unsigned', chain, why: 'it has no attestation' };
  const why = attestationProblem(workspace, { carried, chain }) ?? null;
  const signed =
    attestation.subject === id &&
    attestation.holder === state.holder &&
    workspace.verifySignature('state', idBytes(id), attestation.sig, state.holder);
  const problem = signed ? why : 'its signature does not verify';
  return { attestation: problem === null ? 'verified' : 'invalid', chain, why: problem };
}

function attestationProblem(
  workspace: Pick<Workspace, 'hasher'>,
  { carried, chain }: { readonly carried: CarriedState; readonly chain: TokenChain | null },
): string | undefined {
  const { state } = carried;
  if (chain === null) return 'its token chain is missing or not from a registered root key';
  const problem = chainClaimProblem(workspace.hasher, chain, state);
  if (problem !== undefined) return problem;
  return saysTruly(state, chain) ? undefined : 'it claims that its token names what it does not';
}

/** What is said to come from the credential does, and nothing that the credential names came from elsewhere. */
function saysTruly({ sources }: State, chain: TokenChain): boolean {
  const names = namedByChain(chain);
  return ACTOR_FIELDS.every((field) => (sources[field] === 'credential') === Object.hasOwn(names, field));
}

function readChain(
  workspace: Pick<Workspace, 'tokens'>,
  { chain }: CarriedState,
  view: AuthorityView,
): TokenChain | null {
  if (chain === null) return null;
  const known = chains.get(chain);
  if (known?.view === view) return known.read;
  const presented = workspace.tokens.read(chain, rootKeys(view));
  const read = presented.kind === 'chain' ? presented.chain : null;
  chains.set(chain, { view, read });
  return read;
}

/** States that are read together have one object for the chain that they share; nothing writes into it. */
const chains = new WeakMap<Uint8Array, { readonly view: AuthorityView; readonly read: TokenChain | null }>();
