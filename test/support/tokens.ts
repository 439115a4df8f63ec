import { rawEd25519 } from '#crypto/ed25519.ts';
import type { EngineFacts } from '#domain/decision/decision.ts';
import { formatId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import { budgetChecks, NO_SPENDING, type Budget } from '#domain/token/budget.ts';
import type { AuthorityBlock, DelegationBlock, TokenCheck, TokenChain } from '#domain/token/token.ts';
import type { HolderKey, RootKey } from '#ports/keys.ts';
import { createTokenService } from '#tokens/tokens.ts';
import { rememberedEd25519 } from './tokens/remembered-ed25519.ts';

export const TOKENS = createTokenService(rememberedEd25519);
export const REPO = formatId('hg', new Uint8Array(32).fill(7));
export const NOON = parseInstant('2026-11-21T12:00:00.000Z');
export const MIDNIGHT = parseInstant('2026-11-22T00:00:00.000Z');
export const LIFE: TokenCheck = { kind: 'time', notAfter: MIDNIGHT };

/** A token with the key that may extend it and the root under which it reads. */
export interface Held {
  readonly token: Uint8Array;
  readonly holder: HolderKey;
  readonly root: RootKey;
}

export function newRoot(principal = 'dev@example.com'): RootKey {
  return { principal, ...rawEd25519.generateKey() };
}

export function mintHeld(
  block: Partial<Omit<AuthorityBlock, 'kind' | 'tokenVersion' | 'holder'>> = {},
  root: RootKey = newRoot(),
): Held {
  const holder = TOKENS.newHolder();
  const token = TOKENS.mint(root, {
    principal: root.principal,
    session: 'session-1',
    repo: REPO,
    issued: NOON,
    checks: [LIFE],
    ...block,
    holder: holder.publicKey,
  });
  return { token, holder, root };
}

/** `budget` is for the child's own holder, whose checks come last. */
export function delegate(
  parent: Held,
  {
    budget = {},
    ...block
  }: Partial<Omit<DelegationBlock, 'kind' | 'holder'>> & { readonly budget?: Budget } = {},
): Held {
  const holder = TOKENS.newHolder();
  const token = TOKENS.attenuate(parent.token, parent.holder, {
    agent: 'worker',
    provider: null,
    model: null,
    ...block,
    checks: [...(block.checks ?? []), ...budgetChecks(holder.publicKey, budget)],
    holder: holder.publicKey,
  });
  return { ...parent, token, holder };
}

export function readChain(held: Pick<Held, 'token' | 'root'>): TokenChain {
  const credential = TOKENS.read(held.token, [held.root.publicKey]);
  if (credential.kind !== 'chain') throw new Error(`${credential.code}: ${credential.why}`);
  return credential.chain;
}

/** A request that a bare session of an owner is allowed. */
export function engineFacts(changes: Partial<EngineFacts> = {}): EngineFacts {
  return {
    operation: 'state:capture',
    within: ['acme/core@task:src', 'acme/core@task', 'acme/core:src', 'acme/core', 'acme'],
    satisfies: ['developer', 'maintainer', 'admin', 'owner'],
    grants: [{ role: 'owner', resource: 'acme/core' }],
    time: NOON,
    depth: 0,
    provider: null,
    model: null,
    spent: [],
    asks: NO_SPENDING,
    ...changes,
  };
}
