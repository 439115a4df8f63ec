import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packWithIndex } from '#git/blame/scratch-pack.ts';
import { hashObject } from '#git/objects/hash.ts';
import { storeAsDeflated } from '#git/objects/stored.ts';
import { TestRepository } from '../support/repositories/repository.ts';
import { fc } from '../support/seed.ts';

const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // About the ends of blocks, with bytes that make sums large.
  fc
    .tuple(fc.constantFrom(0, 65_535, 65_536, 131_070, 131_071, 200_000), fc.integer({ min: 0, max: 255 }))
    .map(([size, byte]) => new Uint8Array(size).fill(byte)),
);

describe('a pack that is made for one question', () => {
  it('holds contents that zlib inflates to what they were', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(inflateSync(storeAsDeflated(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('has the very index that git makes for it, and git reads all of it', () => {
    const repository = new TestRepository({ commit: false });
    try {
      let count = 0;
      fc.assert(
        fc.property(
          fc.uniqueArray(content, {
            minLength: 1,
            maxLength: 12,
            selector: (bytes) => hashObject('blob', bytes),
          }),
          (contents) => {
            count += 1;
            const objects = contents.map((bytes) => ({
              kind: 'blob' as const,
              content: bytes,
              id: hashObject('blob', bytes),
            }));
            const { pack, index, name } = packWithIndex(objects);
            const path = join(repository.path, `${count}.pack`);
            writeFileSync(path, pack);
            repository.git('index-pack', '--strict', path);
            expect(readFileSync(join(repository.path, `${count}.idx`)).equals(index)).toBe(true);
            expect(name).toBe(pack.subarray(-20).toString('hex'));
          },
        ),
        { numRuns: 15 },
      );
    } finally {
      repository.dispose();
    }
  });
});
