import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { hashObject } from '#git/objects/hash.ts';
import { measureLoose } from '#git/pure/objects/loose-bounds.ts';
import { inflateExactly } from '#git/pure/objects/pack-bounds.ts';
import { openWithoutGit } from '#git/pure/repository.ts';
import type { ObjectReader } from '#ports/objects.ts';
import { forgeDelta, forgePack, type ForgedEntry } from '../../../support/repositories/forge-pack.ts';
import { makeRepository, rejection } from '../../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../../support/repositories/repository.ts';

const MANY = 64 * 1024 * 1024;
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const text = (content: string): Buffer => Buffer.from(content);

/** The reader of an otherwise empty repository with these entries in a pack. */
function forged(...entries: readonly ForgedEntry[]): ObjectReader {
  const repository = makeRepository({ commit: false });
  forgePack(join(repository.path, '.git'), entries);
  return openWithoutGit(repository.path, repository.env).objects;
}

const open = (repository: TestRepository): ObjectReader =>
  openWithoutGit(repository.path, repository.env).objects;

/** Two gigabytes of zeros in two megabytes: pieces that depend on nothing before them, one after the other. */
function bomb(): Buffer {
  const piece = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from('789c', 'hex'), ...Array.from({ length: 2048 }, () => piece)]);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'read',
    (error: unknown) => (error instanceof HeddleError ? error.code : error),
  );
}

describe('a pack that somebody forged', () => {
  it('is read where it is sound, deltas of both kinds too', async () => {
    const base = text('the base of it all');
    const result = text('the base of it');
    const again = text('the base');
    const objects = forged(
      { id: hashObject('blob', base), type: 3, data: base },
      { id: hashObject('blob', result), type: 6, base: 0, data: forgeDelta(18, 14, [0x90, 14]) },
      {
        id: hashObject('blob', again),
        type: 7,
        base: hashObject('blob', result),
        data: forgeDelta(14, 8, [0x90, 8]),
      },
    );
    for (const content of [base, result, again]) {
      const found = await objects.read(hashObject('blob', content), MANY);
      expect(Buffer.from(found?.content ?? []).equals(content)).toBe(true);
    }
  });

  it.each<readonly [string, string, readonly ForgedEntry[]]>([
    ['content of another id', 'OBJECT_CORRUPT', [{ id: A, type: 3, data: text('x') }]],
    [
      'more content than it says',
      'OBJECT_CORRUPT',
      [{ id: A, type: 3, data: Buffer.alloc(50_000_000), size: 5 }],
    ],
    ['less content than it says', 'OBJECT_CORRUPT', [{ id: A, type: 3, data: text('x'), size: 5000 }]],
    ['more than anybody reads', 'GIT_UNSUPPORTED', [{ id: A, type: 3, data: text('x'), size: 70_000_000 }]],
    ['a size beyond all numbers', 'OBJECT_CORRUPT', [{ id: A, type: 3, data: text('x'), size: 2 ** 60 }]],
    ['a kind that does not exist', 'OBJECT_CORRUPT', [{ id: A, type: 5, data: text('x') }]],
    ['a delta of itself', 'OBJECT_CORRUPT', [{ id: A, type: 7, base: A, data: forgeDelta(1, 1, [0x90, 1]) }]],
    [
      'a delta at no distance',
      'OBJECT_CORRUPT',
      [{ id: A, type: 6, base: 0, data: forgeDelta(1, 1, [0x90, 1]) }],
    ],
    [
      'deltas of one another',
      'OBJECT_CORRUPT',
      [
        { id: A, type: 7, base: B, data: forgeDelta(1, 1, [0x90, 1]) },
        { id: B, type: 7, base: A, data: forgeDelta(1, 1, [0x90, 1]) },
      ],
    ],
    [
      'a delta of what is not there',
      'OBJECT_CORRUPT',
      [{ id: A, type: 7, base: B, data: forgeDelta(1, 1, [0x90, 1]) }],
    ],
    [
      'a delta of an object of another size',
      'OBJECT_CORRUPT',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: forgeDelta(5, 1, [0x90, 1]) },
      ],
    ],
    [
      'a delta with a result beyond what anybody reads',
      'GIT_UNSUPPORTED',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: forgeDelta(4, 70_000_000, [0x90, 1]) },
      ],
    ],
    [
      'a delta that copies from behind its base',
      'OBJECT_CORRUPT',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: forgeDelta(4, 9, [0x91, 200, 9]) },
      ],
    ],
    [
      'a delta without an end',
      'OBJECT_CORRUPT',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: Buffer.from([0x84]) },
      ],
    ],
  ])('is refused for %s', async (_what, code, entries) => {
    const before = process.memoryUsage().rss;
    expect(await codeOf(forged(...entries).read(A, MANY))).toBe(code);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('is refused for deltas that grow until nobody can hold them', async () => {
    const grow = (size: number): Buffer =>
      forgeDelta(
        size,
        size * 8,
        Array.from({ length: 8 }, () => [0xb0, size & 255, (size >> 8) & 255]).flat(),
      );
    const entries: ForgedEntry[] = [{ id: B, type: 3, data: Buffer.alloc(1000, 'x') }];
    let size = 1000;
    for (let step = 0; size < 1_000_000_000; step += 1) {
      const last = size * 8 >= 1_000_000_000;
      const id = last ? A : String(step).padStart(40, 'c');
      entries.push({ id, type: 6, base: step, data: grow(size) });
      size *= 8;
    }
    expect(await codeOf(forged(...entries).read(A, MANY))).toBe('GIT_UNSUPPORTED');
  });

  it('is refused for a chain that stands for more than anybody holds', async () => {
    const size = 50_000_000;
    const copies = [0xf0, 255, 255, 255];
    const whole = Array.from({ length: Math.floor(size / 0xffffff) }, () => copies).flat();
    const rest = size % 0xffffff;
    const data = forgeDelta(size, size, [...whole, 0xf0, rest & 255, (rest >> 8) & 255, rest >> 16]);
    const entries: ForgedEntry[] = [{ id: B, type: 3, data: Buffer.alloc(size) }];
    for (let step = 0; step < 8; step += 1) {
      entries.push({ id: step === 7 ? A : String(step).padStart(40, '0'), type: 6, base: step, data });
    }
    expect(await codeOf(forged(...entries).read(A, MANY))).toBe('GIT_UNSUPPORTED');
  });

  it('inflates no further than it says of itself', () => {
    const before = process.resourceUsage().maxRSS;
    expect(inflateExactly(bomb(), 0, 5)).toBeUndefined();
    expect(inflateExactly(bomb(), 0, 1_000_000)).toBeUndefined();
    expect(measureLoose(bomb()).kind).toBe('damaged');
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(300_000);
  });

  it('is refused for a chain that is longer than Git makes any', async () => {
    const data = forgeDelta(4, 4, [0x90, 4]);
    const entries: ForgedEntry[] = [{ id: B, type: 3, data: text('base') }];
    for (let step = 0; step < 4200; step += 1) {
      entries.push({ id: step === 4199 ? A : String(step).padStart(40, '0'), type: 6, base: step, data });
    }
    expect(await codeOf(forged(...entries).read(A, MANY))).toBe('OBJECT_CORRUPT');
  });

  it('costs nothing before its size is known to be wanted', async () => {
    const data = Buffer.alloc(20_000_000, 'x');
    const objects = forged({ id: hashObject('blob', data), type: 3, data });
    expect(await rejection(objects.read(hashObject('blob', data), 1000))).toMatchObject({
      code: 'FORMAT_INVALID',
      facts: { size: 20_000_000, limit: 1000 },
    });
  });
});

describe('a loose object that somebody forged', () => {
  it.each<readonly [string, string, Buffer]>([
    [
      'more content than it says',
      'OBJECT_CORRUPT',
      deflateSync(Buffer.concat([text('blob 5\0'), Buffer.alloc(100_000_000)])),
    ],
    ['less content than it says', 'OBJECT_CORRUPT', deflateSync(text('blob 50\0x'))],
    ['more than anybody reads', 'GIT_UNSUPPORTED', deflateSync(text('blob 70000000\0x'))],
    ['a header of zeros', 'OBJECT_CORRUPT', deflateSync(Buffer.alloc(200_000_000))],
    ['an unknown kind', 'OBJECT_CORRUPT', deflateSync(text('blub 1\0x'))],
    ['a size with a sign', 'OBJECT_CORRUPT', deflateSync(text('blob +1\0x'))],
    ['another content', 'OBJECT_CORRUPT', deflateSync(text('blob 1\0x'))],
    ['nothing at all', 'OBJECT_CORRUPT', Buffer.alloc(0)],
    ['no deflated bytes', 'OBJECT_CORRUPT', text('blob 1\0x')],
  ])('is refused for %s', async (_what, code, bytes) => {
    const repository = makeRepository({ commit: false });
    mkdirSync(join(repository.path, '.git/objects', A.slice(0, 2)));
    writeFileSync(join(repository.path, '.git/objects', A.slice(0, 2), A.slice(2)), bytes);
    expect(await codeOf(open(repository).read(A, MANY))).toBe(code);
  });
});

describe('bytes that flipped', () => {
  it('in a pack or its index never give another content', async () => {
    const repository = makeRepository();
    for (let round = 0; round < 3; round += 1) {
      repository.write('file', `${'line\n'.repeat(30)}round ${round}\n`);
      repository.commit(`round ${round}`);
    }
    repository.git('repack', '-q', '-a', '-d');
    const ids = repository.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n');
    const directory = join(repository.path, '.git/objects/pack');
    let [flips, refused] = [0, 0];
    for (const name of readdirSync(directory).filter((found) => /\.(?:pack|idx)$/.test(found))) {
      const sound = readFileSync(join(directory, name));
      for (let at = 0; at < sound.length; at += name.endsWith('.idx') && at > 8 && at < 1000 ? 50 : 7) {
        const bytes = Buffer.from(sound);
        bytes[at] = (bytes[at] ?? 0) ^ 0x10;
        const path = join(directory, name);
        repository.remove(path.slice(repository.path.length + 1));
        writeFileSync(path, bytes);
        const objects = open(repository);
        flips += 1;
        for (const id of ids) {
          const code = await codeOf(
            objects.read(id, MANY).then((object) => expect(object?.id ?? id).toBe(id)),
          );
          if (code !== 'read') {
            expect(code, `${name} ${at}`).toMatch(/^(?:OBJECT_CORRUPT|GIT_UNSUPPORTED)$/);
            refused += 1;
          }
        }
      }
      repository.remove(join('.git/objects/pack', name));
      writeFileSync(join(directory, name), sound);
    }
    expect(flips).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(flips);
  });

  it('in a loose object never give another content', async () => {
    const repository = makeRepository();
    const id = repository.git('rev-parse', 'HEAD');
    const name = `.git/objects/${id.slice(0, 2)}/${id.slice(2)}`;
    const sound = readFileSync(join(repository.path, name));
    for (let at = 0; at < sound.length; at += 1) {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      repository.remove(name);
      repository.write(name, bytes);
      const code = await codeOf(open(repository).read(id, MANY));
      // Of the two bytes that begin a deflated stream, some bits say nothing of the content.
      if (code !== 'OBJECT_CORRUPT') expect([code, at < 2]).toEqual(['read', true]);
    }
    expect(sound.length).toBeGreaterThan(50);
  });
});
