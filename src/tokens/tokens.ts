import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import type { RawEd25519 } from '#ports/keys.ts';
import type { TokenInspection, TokenService } from '#ports/tokens.ts';
import { MODULES } from '#wasm/instantiate.ts';
import { decodeToken, findRoot, verifyBelowRoot, type DecodedToken } from './reader.ts';
import { TOKEN_LIMITS } from './wire/limits.ts';
import { TokenRefusal } from './wire/refusal.ts';
import { appendDelegation, mintToken, sealToken } from './writer.ts';

/** The module, and how it is asked: the number is raised with what the engine is given. */
const ENGINE = `${MODULES.biscuit.sha256} 1`;

/**
 * Biscuit tokens on the given keys. Everything but `loadEngine` works without the engine, and no key in a
 * token comes from it.
 */
export function createTokenService(ed25519: RawEd25519): TokenService {
  const keys = { ...ed25519, isAcceptableKey: remember(ed25519.isAcceptableKey) };
  const recall = rememberSealed((token) => verified(token, keys));
  const chainOf = rememberChain();
  const rootOf = rememberRoot((token, candidates) => findRoot(token, candidates, keys));
  const read: TokenService['read'] = (token, candidateRoots) =>
    refusing(() => {
      const decoded = recall(token);
      const root = rootOf(decoded, candidateRoots);
      if (root === undefined) {
        throw new TokenRefusal(
          'CREDENTIAL_UNTRUSTED',
          'no registered root key signed the first block as it is',
        );
      }
      return { kind: 'chain', chain: chainOf(decoded, root), bytes: token };
    });
  let engine: Promise<EvaluateToken> | undefined;
  const load = async (): Promise<EvaluateToken> => {
    const { createEngine, prepareEngine } = await import('./engine/engine.ts');
    await prepareEngine();
    return createEngine((token, root) => {
      const credential = read(token, [root]);
      return credential.kind === 'chain' ? credential.chain : undefined;
    });
  };
  return {
    read,
    inspect: (token) => refusing((): TokenInspection => toInspection(verified(token, keys))),
    mint: (root, block) =>
      writing(() =>
        mintToken(
          root,
          { ...block, kind: 'authority', tokenVersion: 1, issued: truncated(block.issued) },
          keys,
        ),
      ),
    attenuate: (token, holder, block) =>
      writing(() => appendDelegation(verified(token, keys), holder, { ...block, kind: 'delegation' }, keys)),
    seal: (token) => writing(() => sealToken(verified(token, keys), keys) ?? token),
    newHolder: () => keys.generateKey(),
    engine: ENGINE,
    loadEngine: () => (engine ??= load()),
  };
}

/** Finding out whether a key is one costs as much as four signatures, and a history has few keys. */
const MOST_KEYS = 1024;

function remember(isAcceptableKey: RawEd25519['isAcceptableKey']): RawEd25519['isAcceptableKey'] {
  const accepted = new Set<string>();
  return (key) => {
    if (accepted.has(key)) return true;
    if (!isAcceptableKey(key)) return false;
    if (accepted.size >= MOST_KEYS) accepted.clear();
    accepted.add(key);
    return true;
  };
}

/** A history has many states of few chains. Only sealed ones are kept: the others hold a secret. */
const MOST_TOKENS = 64;

/** Which key signed a first block stays as it is; whether it is a candidate is asked each time. */
function rememberRoot(find: FindRoot): FindRoot {
  const found = new WeakMap<DecodedToken, PublicKeyHex>();
  return (token, candidates) => {
    const known = found.get(token);
    if (known !== undefined && candidates.includes(known)) return known;
    const root = find(token, candidates);
    if (root !== undefined) found.set(token, root);
    return root;
  };
}

/** One chain each time: what is found out of it need not be found again. */
function rememberChain(): (token: DecodedToken, root: PublicKeyHex) => TokenChain {
  const found = new WeakMap<DecodedToken, TokenChain>();
  return (token, root) => {
    const known = found.get(token);
    if (known?.root === root) return known;
    const chain = toChain(token, root);
    found.set(token, chain);
    return chain;
  };
}

type FindRoot = (token: DecodedToken, candidates: readonly PublicKeyHex[]) => PublicKeyHex | undefined;

function rememberSealed(verify: (token: Uint8Array) => DecodedToken): (token: Uint8Array) => DecodedToken {
  const known = new Map<string, DecodedToken>();
  return (token) => {
    // What is too long to be a token is not written out to be looked for.
    if (token.length > TOKEN_LIMITS.tokenBytes) return verify(token);
    const key = Buffer.from(token.buffer, token.byteOffset, token.length).toString('latin1');
    const found = known.get(key);
    if (found !== undefined) return found;
    const decoded = verify(token);
    if (decoded.container.proof.kind !== 'sealed') return decoded;
    if (known.size >= MOST_TOKENS) known.clear();
    known.set(key, decoded);
    return decoded;
  };
}

function verified(token: Uint8Array, keys: RawEd25519): DecodedToken {
  const decoded = decodeToken(token, keys);
  verifyBelowRoot(decoded, keys);
  return decoded;
}

function toChain(token: DecodedToken, root: string): TokenChain {
  return {
    authority: token.authority,
    ...contents(token),
    root,
    holder: token.holders.at(-1) ?? token.authority.holder,
  };
}

function toInspection(token: DecodedToken): TokenInspection {
  return { kind: 'readable', ...contents(token) };
}

function contents(token: DecodedToken): Pick<TokenChain, 'blocks' | 'revocationIds' | 'sealed'> {
  return {
    blocks: token.blocks,
    revocationIds: token.container.blocks.map((signed) => formatHex(signed.signature)),
    sealed: token.container.proof.kind === 'sealed',
  };
}

type Unreadable = Extract<ReturnType<TokenService['read']>, { readonly kind: 'unreadable' }>;

function refusing<T>(work: () => T): T | Unreadable {
  try {
    return work();
  } catch (error: unknown) {
    if (error instanceof TokenRefusal) return { kind: 'unreadable', code: error.code, why: error.message };
    throw error;
  }
}

function writing(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error: unknown) {
    if (error instanceof TokenRefusal) throw new HeddleError('TOKEN_INVALID', error.message);
    throw error;
  }
}

/** Biscuit's dates are whole seconds. */
function truncated(issued: TokenChain['authority']['issued']): TokenChain['authority']['issued'] {
  return formatInstant(Math.floor(instantMilliseconds(issued) / 1000) * 1000);
}
