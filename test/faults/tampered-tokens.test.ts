import { beforeAll, describe, expect, it } from 'vitest';
import { formatHex } from '#domain/encoding/bytes.ts';
import { parseInstant } from '#domain/time.ts';
import { openWholeEngine, type WholeEngine } from '../support/tokens/biscuit-engine.ts';
import { engineAccepts } from '../support/tokens/forge-token.ts';
import { readLoosely } from '../support/tokens/loose-biscuit.ts';
import { delegate, LIFE, mintHeld, newRoot, TOKENS, type Held } from '../support/tokens.ts';
import { encodeContainer, decodeContainer, type Container } from '#tokens/wire/container.ts';

let engine: WholeEngine;
beforeAll(async () => {
  engine = await openWholeEngine();
});

const root = newRoot();

function chainOf(delegations: number): Held {
  return Array.from({ length: delegations }, (_, index) => index).reduce(
    (parent, index) =>
      delegate(parent, {
        agent: `agent-${index}`,
        provider: index % 2 === 0 ? 'anthropic' : null,
        checks: [
          { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
          { kind: 'resource', anyOf: ['acme/core@task'] },
          { kind: 'time', notAfter: parseInstant('2026-11-21T18:00:00.000Z') },
        ],
      }),
    mintHeld({ checks: [LIFE] }, root),
  );
}

function engineTakes(token: Uint8Array): boolean {
  return engineAccepts(engine, token, root.publicKey);
}

function weTake(token: Uint8Array): boolean {
  return TOKENS.read(token, [root.publicKey]).kind === 'chain';
}

describe('a chain of delegations', () => {
  it('is taken by an engine that is opened while another one is there', async () => {
    const { token } = chainOf(2);
    const other = await openWholeEngine();
    const answers = [engine, other, engine].map((one) => engineAccepts(one, token, root.publicKey));
    expect(answers).toEqual([true, true, true]);
  });

  it('is taken by the engine and by our reader at every length, open and sealed', () => {
    for (let length = 0; length <= 10; length += 1) {
      const { token } = chainOf(length);
      const sealed = TOKENS.seal(token);
      expect([engineTakes(token), weTake(token)], `${length} open`).toEqual([true, true]);
      expect([engineTakes(sealed), weTake(sealed)], `${length} sealed`).toEqual([true, true]);
    }
  });

  it('has the revocation ids and the seal that the engine computes', () => {
    const { token } = chainOf(3);
    const parsed = engine.Biscuit.fromBytes(token, engine.PublicKey.fromString(root.publicKey, 0));
    const read = TOKENS.read(token, [root.publicKey]);
    expect(read.kind === 'chain' ? read.chain.revocationIds : []).toEqual(parsed.getRevocationIdentifiers());
    expect(TOKENS.seal(token)).toEqual(parsed.sealToken().toBytes());
  });
});

/** A public key's beginning: its length, the algorithm (field 1) and the key's own length. */
const ALGORITHM = '122408001220';

function* changedByOneBit(bytes: Uint8Array): Generator<readonly [number, Uint8Array]> {
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = bytes.slice();
    changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
    yield [index, changed];
  }
}

function revocationIds(token: Uint8Array): readonly string[] {
  return engine.Biscuit.fromBytes(
    token,
    engine.PublicKey.fromString(root.publicKey, 0),
  ).getRevocationIdentifiers();
}

describe('a token with one bit changed', () => {
  it('is refused by our reader, whichever byte it is in, open and sealed', () => {
    const { token } = chainOf(1);
    let tried = 0;
    for (const [form, bytes] of Object.entries({ open: token, sealed: TOKENS.seal(token) })) {
      for (const [index, changed] of changedByOneBit(bytes)) {
        tried += 1;
        expect(weTake(changed), `${form} ${index}`).toBe(false);
      }
    }
    expect(tried).toBeGreaterThan(1500);
  });

  it('is refused by the engine, but where the change only leaves out that a key is an Ed25519 key', () => {
    const { token } = chainOf(1);
    const ids = revocationIds(token);
    let taken = 0;
    for (const [index, changed] of changedByOneBit(token)) {
      if (!engineTakes(changed)) continue;
      taken += 1;
      expect(formatHex(token.slice(index - 2, index + 4)), `byte ${index}`).toBe(ALGORITHM);
      expect(revocationIds(changed)).toEqual(ids);
    }
    // Three keys, and of their bits those that make another field of the algorithm.
    expect(taken).toBeLessThanOrEqual(3);
  });

  it('is refused cut off anywhere, and with a byte more', () => {
    const { token } = chainOf(1);
    const cuts = Array.from({ length: token.length }, (_, length) => token.slice(0, length));
    expect(cuts.filter(weTake)).toEqual([]);
    expect([0, 8, 255].filter((byte) => weTake(Uint8Array.of(...token, byte)))).toEqual([]);
  });
});

describe('a chain put together anew', () => {
  const CASES: readonly (readonly [string, (a: Container, b: Container) => Container])[] = [
    ['with a block left out', ({ blocks, proof }) => ({ blocks: blocks.toSpliced(1, 1), proof })],
    ['with its last block left out', ({ blocks, proof }) => ({ blocks: blocks.slice(0, -1), proof })],
    ['with two blocks exchanged', ({ blocks, proof }) => ({ blocks: swapped(blocks), proof })],
    ['with a block twice', ({ blocks, proof }) => ({ blocks: [...blocks, ...blocks.slice(-1)], proof })],
    [
      "with another chain's block",
      (a, b) => ({ blocks: [...a.blocks.slice(0, -1), ...b.blocks.slice(-1)], proof: b.proof }),
    ],
    ["with another chain's proof", (a, b) => ({ blocks: a.blocks, proof: b.proof })],
    [
      "with another chain's beginning",
      (a, b) => ({ blocks: [...b.blocks.slice(0, 1), ...a.blocks.slice(1)], proof: a.proof }),
    ],
    [
      'without the signature of the holder',
      ({ blocks, proof }) => ({ blocks: blocks.map((block) => ({ ...block, external: null })), proof }),
    ],
  ];

  it.each(CASES)('%s is refused by the engine and by our reader', (_, change) => {
    const token = encodeContainer(
      change(decodeContainer(chainOf(3).token), decodeContainer(chainOf(3).token)),
    );
    expect(readLoosely(token).blocks.length).toBeGreaterThan(0);
    expect([engineTakes(token), weTake(token)]).toEqual([false, false]);
  });

  it('is taken where nothing was changed', () => {
    const token = encodeContainer(decodeContainer(chainOf(3).token));
    expect([engineTakes(token), weTake(token)]).toEqual([true, true]);
  });
});

function swapped<T>(items: readonly T[]): readonly T[] {
  return [...items.slice(0, 1), ...items.slice(2, 3), ...items.slice(1, 2), ...items.slice(3)];
}
