import { describe, expect, it } from 'vitest';
import { segmentProblem } from '#domain/resource/repository-path.ts';
import { encodePack } from '#git/objects/pack.ts';
import { encodeTree, parseTree } from '#git/objects/tree-format.ts';
import type { TreeEntry } from '#ports/objects.ts';
import { TestRepository } from '../support/repositories/repository.ts';
import { fc } from '../support/seed.ts';

const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .filter((bytes) => segmentProblem(bytes) === undefined);
const entry: fc.Arbitrary<TreeEntry> = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000', '40000'),
  name,
  id: fc.stringMatching(/^[0-9a-f]{40}$/),
});
const entries = fc.uniqueArray(entry, {
  selector: ({ name: bytes }) => Buffer.from(bytes).toString('hex'),
  maxLength: 30,
});

describe('a tree of Git', () => {
  it('is read back as it was encoded, in an order that does not depend on the caller’s', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const encoded = encodeTree(given);
        const read = parseTree(encoded, 'x');
        expect(encodeTree(read)).toEqual(encoded);
        expect(encodeTree(given.toReversed())).toEqual(encoded);
        expect(read).toHaveLength(given.length);
      }),
    );
  });

  it('that is cut anywhere but between entries is refused', () => {
    fc.assert(
      fc.property(
        entries.filter((given) => given.length > 0),
        fc.nat(),
        (given, at) => {
          const encoded = encodeTree(given);
          const cut = encoded.subarray(0, at % encoded.length);
          let whole = 0;
          const ends = new Set([
            0,
            ...parseTree(encoded, 'x').map((one) => (whole += one.mode.length + one.name.length + 22)),
          ]);
          if (ends.has(cut.length)) expect(parseTree(cut, 'x').length).toBeLessThan(given.length);
          else expect(() => parseTree(cut, 'x')).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
        },
      ),
    );
  });

  it('of arbitrary bytes is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(encodeTree(parseTree(bytes, 'x')).length).toBe(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'FORMAT_INVALID' });
        }
      }),
    );
  });

  it('and a pack of any contents are taken by git', () => {
    const repository = new TestRepository({ commit: false });
    try {
      const kind = fc.constantFrom('blob' as const);
      const content = fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 70_000 }).map((size) => new Uint8Array(size)),
      );
      fc.assert(
        fc.property(fc.array(fc.record({ kind, content }), { minLength: 1, maxLength: 20 }), (objects) => {
          const pack = Buffer.concat([...encodePack(objects)]);
          repository.gitBytes(repository.path, ['unpack-objects', '-q', '--strict'], pack);
        }),
        { numRuns: 25 },
      );
    } finally {
      repository.dispose();
    }
  });
});
