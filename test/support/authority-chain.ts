import { encodeAuthorityRecord } from '#domain/authority/authority-codec.ts';
import { appendAuthority, type AuthorityEntry, type FoldResult } from '#domain/authority/authority-fold.ts';
import type { AuthorityVerifier } from '#domain/authority/author.ts';
import type {
  AuthorityBody,
  AuthorityRecord,
  AuthorityView,
  KeyProof,
  PrincipalKeys,
} from '#domain/authority/authority.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import { formatDigest, formatId, type Digest } from '#domain/id.ts';
import { keyProofBlock, keyProofHash } from '#domain/authority/key-proof.ts';
import type { Instant } from '#domain/time.ts';
import type { AuthorityBlock, TokenChain } from '#domain/token/token.ts';
import { chainOf, EARLIER, NOW, OWNER, REPOSITORY, session } from './decisions.ts';
import { FAKE_HASHER, fakeKey, fakeSign, fakeVerify } from './fake-crypto.ts';

export function keysOf(principal: string): PrincipalKeys {
  return { root: fakeKey(`root ${principal}`), record: fakeKey(`record ${principal}`) };
}

/** The proof that the owner of these keys would make; the token is the stub's, its block as JSON. */
export function proofOf(
  principal: string,
  keys: PrincipalKeys,
  block: Partial<AuthorityBlock> = {},
): KeyProof {
  const authority = {
    kind: 'authority',
    tokenVersion: 1,
    ...keyProofBlock(principal, keys, EARLIER),
    ...block,
  };
  return {
    rootProof: formatBase64Url(utf8(JSON.stringify({ authority, root: keys.root }))),
    recordProof: formatBase64Url(
      fakeSign('authority', keyProofHash(FAKE_HASHER, principal, keys), keys.record),
    ),
  };
}

export function addKey(principal: string, keys: PrincipalKeys = keysOf(principal)): AuthorityBody {
  return { kind: 'key', action: 'add', principal, keys, proof: proofOf(principal, keys) };
}

export function replicaBody(
  name: string,
  key: string = fakeKey(`replica ${name}`),
): Extract<AuthorityBody, { readonly kind: 'replica' }> {
  return {
    kind: 'replica',
    key,
    replica: formatDigest(FAKE_HASHER.hash('replica', Buffer.from(key, 'hex'))),
  };
}

export const GENESIS_BODY: Extract<AuthorityBody, { readonly kind: 'genesis' }> = {
  kind: 'genesis',
  resource: REPOSITORY,
  owners: [{ principal: OWNER, ...keysOf(OWNER) }],
  nonce: formatBase64Url(new Uint8Array(16)),
};

/** An authority chain being written: what it is given is signed as it stands, valid or not. */
export class ChainWriter {
  readonly entries: AuthorityEntry[] = [];
  /** Chains that lie beside revocations. */
  readonly shown: TokenChain[] = [];
  readonly #chains = new Map<Digest, TokenChain>();
  view: AuthorityView | null = null;

  readonly verifier: AuthorityVerifier = {
    hasher: FAKE_HASHER,
    verifySignature: fakeVerify,
    readChain: (digest, roots) => {
      const chain = this.#chains.get(digest);
      return chain !== undefined && roots.includes(chain.root) ? chain : undefined;
    },
    shownChain: (block, root) =>
      this.shown.find((chain) => chain.root === root && chain.revocationIds.includes(block)),
    readToken: (token, root) => {
      const text = decodeUtf8(token) ?? '';
      if (!text.startsWith('{')) return undefined;
      const made = JSON.parse(text) as { readonly authority: AuthorityBlock; readonly root: string };
      return made.root === root ? chainOf(made.authority, [], { root }) : undefined;
    },
  };

  constructor() {
    const owner = keysOf(OWNER);
    this.write(GENESIS_BODY, { chain: null, record: { repo: null, by: OWNER, holder: owner.record } });
  }

  /** Makes an entry without adding it. */
  make(body: AuthorityBody, options: WriteOptions = {}): AuthorityEntry {
    const chain = options.chain === undefined ? chainOf(session(options.by ?? OWNER)) : options.chain;
    const digest = chain === null ? null : chainDigest(FAKE_HASHER, chain);
    if (chain !== null && digest !== null) this.#chains.set(digest, chain);
    const record: AuthorityRecord = {
      repo: this.view?.genesis ?? null,
      seq: this.entries.length,
      prev: this.view === null ? [] : [this.view.head],
      by: options.by ?? OWNER,
      holder: chain?.holder ?? keysOf(options.by ?? OWNER).record,
      chain: digest,
      at: options.at ?? NOW,
      body,
      texts: null,
      ...options.record,
    };
    return signed(record);
  }

  /** Makes an entry and folds it in, where it is valid. */
  write(body: AuthorityBody, options: WriteOptions = {}): FoldResult {
    return this.append(this.make(body, options));
  }

  append(entry: AuthorityEntry): FoldResult {
    const result = appendAuthority(this.view, entry, this.verifier);
    if (result.kind === 'view') {
      this.view = result.view;
      this.entries.push(entry);
    }
    return result;
  }
}

export interface WriteOptions {
  readonly by?: string;
  readonly at?: Instant;
  readonly chain?: TokenChain | null;
  readonly record?: Partial<AuthorityRecord>;
}

/** Signs a record as its holder would. */
export function signed(record: AuthorityRecord): AuthorityEntry {
  const hash = FAKE_HASHER.hash('authority', encodeAuthorityRecord(record));
  return {
    record,
    attestation: {
      subject: formatId('hg', hash),
      holder: record.holder,
      sig: fakeSign('authority', hash, record.holder),
    },
  };
}
