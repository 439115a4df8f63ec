import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatHex } from '#domain/encoding/bytes.ts';
import { openWholeEngine } from '../../support/tokens/biscuit-engine.ts';
import { readLoosely } from '../../support/tokens/loose-biscuit.ts';
import { delegate, engineFacts, mintHeld, newRoot, TOKENS } from '../../support/tokens.ts';

/** The binding seeds each of its generators from 8 bytes: no key may come from it. */
const MAKERS =
  /\b(?:KeyPair|BiscuitBuilder|BlockBuilder|ThirdPartyBlock)\s*\(|\.(?:appendBlock|appendThirdPartyBlock|sealToken|build)\s*\(/;

function makersIn(source: string): string | undefined {
  return MAKERS.exec(source)?.[0];
}

function keysOf(token: Uint8Array): string[] {
  const { blocks, nextSecret } = readLoosely(token);
  return [...blocks.map(({ nextKey }) => formatHex(nextKey.key)), formatHex(nextSecret ?? new Uint8Array())];
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the keys of a token', () => {
  it('do not come from the generator of the binding', async () => {
    const engine = await openWholeEngine();
    vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((array) => {
      if (array instanceof Uint8Array) array.fill(7);
      return array;
    });
    const weak = Array.from({ length: 2 }, () => new engine.KeyPair(0).getPublicKey().toString());
    // The stub bites: with it the binding makes one key, again and again.
    expect(new Set(weak).size).toBe(1);

    const root = newRoot();
    const first = delegate(delegate(mintHeld({}, root)));
    const second = delegate(delegate(mintHeld({}, root)));
    const keys = [first, second].flatMap(({ token, holder }) => [...keysOf(token), holder.publicKey]);
    expect(keys.length).toBe(10);
    expect(new Set(keys).size).toBe(10);
    expect(keys.some((key) => weak.some((made) => made.includes(key)))).toBe(false);
  });

  it('are made where the engine may take no randomness, and it evaluates without any', async () => {
    const evaluate = await TOKENS.loadEngine();
    const random = vi.spyOn(globalThis.crypto, 'getRandomValues');
    const held = mintHeld();
    expect(evaluate(held.token, held.root.publicKey, engineFacts())).toEqual({ kind: 'allow' });
    expect(random).not.toHaveBeenCalled();
  });

  it('are made by nothing in the sources that calls a maker of the engine', () => {
    const directory = fileURLToPath(new URL('../../../src/tokens', import.meta.url));
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const found = files.flatMap((file) => {
      const maker = makersIn(readFileSync(`${file.parentPath}/${file.name}`, 'utf8'));
      return maker === undefined ? [] : [`${file.name}: ${maker}`];
    });
    expect(files.length).toBeGreaterThanOrEqual(17);
    expect(found).toEqual([]);
  });

  it.each(['new glue.KeyPair(0)', 'new BiscuitBuilder()', 'token.appendBlock(block)', 'b.build(root)'])(
    'would be found in a source with %s',
    (planted) => {
      expect(makersIn(`const made = ${planted};`)).toBeDefined();
    },
  );
});
