import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { concatBytes } from '#domain/encoding/bytes.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import type { Digest } from '#domain/id.ts';
import type { TokenChain } from '#domain/token/token.ts';
import { blockDatalog } from '#domain/token/token-words.ts';
import { at, exampleTokens, hasher, KEYS, OWNER, REPOSITORY } from './fixed-world.ts';
import { fenced, hashOf, hashRow, hexBytes, table, type Example } from './example-text.ts';

/** A chain as records name it. */
export interface SealedChain {
  readonly sealed: Uint8Array;
  readonly digest: Digest;
  readonly chain: TokenChain;
}

/** The owner's session and what review-worker got from it. */
export interface ExampleTokens {
  readonly session: SealedChain;
  readonly agent: SealedChain;
  /** Unsealed, as a credential file holds it. */
  readonly agentToken: Uint8Array;
  readonly revocationBytes: Uint8Array;
  readonly datalog: readonly (readonly string[])[];
}

/** Mints the session for a repository and attenuates it once. */
export function buildTokens(repo: string): ExampleTokens {
  const tokens = exampleTokens();
  const root = { ...KEYS.root, principal: OWNER };
  const session = tokens.mint(root, {
    principal: OWNER,
    session: 'session-1',
    repo,
    holder: KEYS.session.publicKey,
    issued: at('09:01:00'),
    checks: [{ kind: 'time', notAfter: at('21:01:00') }],
  });
  const agentToken = tokens.attenuate(session, KEYS.session, {
    agent: 'review-worker',
    holder: KEYS.agent.publicKey,
    provider: 'example-provider',
    model: 'example-model-1',
    checks: [
      { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
      { kind: 'resource', anyOf: [`${REPOSITORY}@task/login:src`] },
      { kind: 'time', notAfter: at('10:02:00') },
      { kind: 'depth', atMost: 2 },
    ],
  });
  const seal = (token: Uint8Array): SealedChain => {
    const sealed = tokens.seal(token);
    const read = tokens.read(sealed, [KEYS.root.publicKey]);
    if (read.kind !== 'chain') throw new Error(`invariant: the example is a good token, ${read.why}`);
    return { sealed, digest: chainDigest(hasher, read.chain), chain: read.chain };
  };
  const agent = seal(agentToken);
  return {
    session: seal(session),
    agent,
    agentToken,
    revocationBytes: new Uint8Array(Buffer.from(agent.chain.revocationIds.join(''), 'hex')),
    datalog: agent.chain.blocks.map(blockDatalog),
  };
}

/** The Datalog of the two blocks. */
export function datalogExample({ datalog }: ExampleTokens): Example {
  const [authority, delegation] = datalog;
  return [
    'Block 0, signed by the root key:',
    ...fenced('datalog', [...(authority ?? [])]),
    'Block 1, a third-party block signed by the holder of block 0:',
    ...fenced('datalog', [...(delegation ?? [])]),
  ];
}

/** The token's bytes and the digest of its chain. */
export function chainExample({ agent, agentToken, revocationBytes }: ExampleTokens): Example {
  return [
    ...hexBytes('The sealed token (`chain`)', agent.sealed),
    ...hexBytes('Preimage of the digest: both revocation ids', revocationBytes),
    ...table([
      hashRow('chain', hashOf('chain', concatBytes(revocationBytes))),
      ['digest', agent.digest],
      ['the unsealed token, base64url, begins', `${formatBase64Url(agentToken).slice(0, 48)}…`],
    ]),
  ];
}
