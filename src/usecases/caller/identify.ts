import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { PresentedCredential } from '#domain/decision/decision.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Credential, Signer } from '#ports/keys.ts';
import type { Machine } from '#ports/workspace.ts';
import { resolveAttribution, type Attribution } from './actor-fields.ts';

/** Who calls, with what, as far as it can be known before anything is decided. */
export interface Caller extends Attribution {
  readonly credential: PresentedCredential;
  /** Where the credential came from. */
  readonly origin: 'file' | 'session' | 'none';
  /** The holder's key, where there is a credential. */
  readonly signer: Signer | null;
  readonly chain: TokenChain | null;
  /** Digest and sealed bytes of the chain, as they are stored. */
  readonly sealed: { readonly digest: Digest; readonly bytes: Uint8Array } | null;
}

/**
 * Finds the caller's credential and reads it. An agent's posture is respected: where one was detected, the
 * device's own session is not used, unless the repository's policy says `agents: any`. Never decides anything.
 */
export async function identifyCaller(machine: Machine, view: AuthorityView | null): Promise<Caller> {
  const fallback = await fallbackPrincipal(machine);
  const anyAgent = view !== null && effectivePolicy(view, view.repository).agents === 'any';
  const found = await findCredential(machine, fallback, anyAgent);
  if (found === undefined) {
    const agentDetected = machine.said.agentDetected !== null;
    const attribution = resolveAttribution(null, machine.said, fallback);
    return { ...attribution, credential: { kind: 'none', agentDetected }, ...NO_CREDENTIAL };
  }
  const presented = machine.tokens.read(
    found.credential.token,
    await candidateRoots(machine, view, fallback),
  );
  const chain = presented.kind === 'chain' ? presented.chain : null;
  const attribution = resolveAttribution(chain, machine.said, fallback);
  const signer = machine.signerOf(found.credential.holder);
  const { token } = found.credential;
  let sealed: Caller['sealed'] | undefined;
  return {
    ...attribution,
    credential: presented,
    origin: found.origin,
    signer,
    chain,
    // What only looks has no use for it, and it takes as long as reading the token.
    get sealed() {
      sealed ??= chain === null ? null : sealChain(machine, token, chain);
      return sealed;
    },
  };
}

/** A caller without a credential: whoever it is, its log line is signed by the clone's own key. */
export function nobody(machine: Pick<Machine, 'said'>, principal: string | null): Caller {
  const attribution = resolveAttribution(null, machine.said, principal);
  return { ...attribution, credential: { kind: 'none', agentDetected: false }, ...NO_CREDENTIAL };
}

const NO_CREDENTIAL = { origin: 'none', signer: null, chain: null, sealed: null } as const;

interface FoundCredential {
  readonly origin: 'file' | 'session';
  readonly credential: Credential;
}

async function findCredential(
  machine: Machine,
  principal: string | null,
  anyAgent: boolean,
): Promise<FoundCredential | undefined> {
  const path = machine.said.credentialPath;
  if (path !== null) return { origin: 'file', credential: await machine.credentials.read(path) };
  if ((machine.said.agentDetected !== null && !anyAgent) || principal === null) return undefined;
  const credential = await machine.credentials.readSession(principal);
  return credential === undefined ? undefined : { origin: 'session', credential };
}

/** The principal that was said, or the only one that has keys here. */
export async function fallbackPrincipal(machine: Machine): Promise<string | null> {
  if (machine.said.principal !== null) return machine.said.principal.value;
  const here = await machine.keys.list();
  return here.length === 1 ? (here[0]?.principal ?? null) : null;
}

const NOBODY_HERE =
  'name one with --principal or HEDDLE_PRINCIPAL; nobody has keys here yet: `heddle init --principal NAME` makes them';

/** The same, where a verb cannot go on without one. */
export async function requirePrincipal(machine: Machine): Promise<string> {
  const principal = await fallbackPrincipal(machine);
  if (principal !== null) return principal;
  const here = await machine.keys.list();
  const why = here.length === 0 ? 'no principal was named' : 'several principals have keys here';
  throw new HeddleError('PRINCIPAL_MISSING', why, {
    facts: {
      flag: '--principal',
      variable: 'HEDDLE_PRINCIPAL',
      known: here.map((key) => key.principal),
      ...(here.length === 0 ? { advice: NOBODY_HERE } : {}),
    },
    preserved: 'nothing was changed',
  });
}

/** Each costs a signature until one fits, and at most one does: the likely principal's are tried first. */
async function candidateRoots(
  machine: Machine,
  view: AuthorityView | null,
  likely: string | null,
): Promise<readonly PublicKeyHex[]> {
  if (view !== null) {
    const first = view.principals
      .filter(({ principal }) => principal === likely)
      .map(({ keys }) => keys.root);
    return [...new Set([...first, ...rootKeys(view)])];
  }
  return (await machine.keys.list()).map((keys) => keys.root);
}

/** The stored form of a chain: sealed bytes under the digest of its ordered revocation ids. */
function sealChain(
  machine: Pick<Machine, 'tokens' | 'hasher'>,
  token: Uint8Array,
  chain: TokenChain,
): { readonly digest: Digest; readonly bytes: Uint8Array } {
  return { digest: chainDigest(machine.hasher, chain), bytes: machine.tokens.seal(token) };
}

/** When the earliest time check of a chain ends; null where none does. */
export function chainExpiry(chain: TokenChain): Instant | null {
  const ends = chain.blocks
    .flatMap((block) => block.checks)
    .flatMap((check) => (check.kind === 'time' ? [check.notAfter] : []));
  return ends.toSorted((a, b) => instantMilliseconds(a) - instantMilliseconds(b))[0] ?? null;
}

/** Asks for the passphrase of the caller's keys where one will be needed; it is kept for this process. */
export async function askPassphrase(machine: Machine): Promise<void> {
  const principal = await fallbackPrincipal(machine);
  const known = (await machine.keys.list()).find((keys) => keys.principal === principal);
  if (known?.encrypted === true && machine.said.agentDetected === null) await machine.passphrase();
}

/** Root keys of the principal that this process can unlock; empty where a passphrase is missing, or for an agent. */
export async function unlockRoots(machine: Machine, principal: string): Promise<readonly PublicKeyHex[]> {
  if (machine.said.agentDetected !== null) return [];
  const known = (await machine.keys.list()).find((keys) => keys.principal === principal);
  if (known === undefined) return [];
  const passphrase = known.encrypted ? await machine.passphrase() : ({ kind: 'none' } as const);
  if (passphrase === undefined) return [];
  const { root } = await machine.keys.unlock(principal, passphrase);
  return [root.publicKey];
}
