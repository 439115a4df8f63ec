import { readFileSync, readdirSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { hashObject } from '#git/objects/hash.ts';
import { NotPlain } from '#git/plain/not-plain.ts';
import { PlainObjects } from '#git/plain/plain-objects.ts';
import { openGit, type GitRepository } from '#git/repository.ts';
import { forgeDelta, forgePack, type ForgedEntry } from '../../../support/repositories/forge-pack.ts';
import { makeRepository } from '../../../support/repositories/open-repositories.ts';
import { TestRepository } from '../../../support/repositories/repository.ts';
import { makeRich } from '../../../support/repositories/rich-repository.ts';

const MANY = 64 * 1024 * 1024;
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const text = (content: string): Buffer => Buffer.from(content);
const anything = (): void => undefined;

const answer = (work: Promise<unknown>): Promise<unknown> =>
  work.then(sameType, (error: unknown) => (error instanceof HeddleError ? error.code : error));

/** A Buffer and an array of the same bytes are alike. */
function sameType(found: unknown): unknown {
  if (typeof found !== 'object' || found === null || !('content' in found)) return found;
  return { ...found, content: Buffer.from(found.content as Uint8Array).toString('latin1') };
}

describe('objects that are read without a child', () => {
  let repository: TestRepository;
  let git: GitRepository;
  let plain: GitRepository;
  let objects: readonly (readonly [id: string, kind: string])[];

  beforeAll(async () => {
    repository = new TestRepository();
    makeRich(repository);
    git = await openGit(repository.path, repository.env);
    plain = await openGit(repository.path, repository.env, 'when-needed');
    const format = '--batch-check=%(objectname) %(objecttype)';
    const listed = repository.git('cat-file', '--batch-all-objects', format);
    objects = listed.split('\n').map((line) => [line.slice(0, 40), line.slice(41)] as const);
    return async () => {
      await Promise.all([git.close(), plain.close()]);
      repository.dispose();
    };
  }, 120_000);

  it('are those that git reads, out of packs with deltas and out of files', async () => {
    const store = new PlainObjects(join(repository.path, '.git/objects'));
    let read = 0;
    for (const [id, kind] of objects) {
      const found = await store.read(id, anything);
      expect(found.kind).toBe(kind);
      if (kind === 'tag') continue;
      const expected = await git.objects.read(id, MANY);
      expect(sameType({ id, ...found })).toEqual(sameType(expected));
      read += 1;
    }
    store.close();
    expect(read).toBeGreaterThan(200);
  });

  it('mean what git says that a name means, errors included', async () => {
    const head = repository.git('rev-parse', 'HEAD');
    const tag = repository.git('rev-parse', 'v1-again');
    const ends = ['', '~1', '~300', ':README', ':a/', ':', ':libs/sub', ':nothing', '^{tree}', '~2:big.txt'];
    for (const name of [head, tag, A].flatMap((start) => ends.map((end) => `${start}${end}`))) {
      const expected = await answer(git.objects.read(name, MANY));
      expect(await answer(plain.objects.read(name, MANY)), name).toEqual(expected);
      expect(await answer(plain.objects.read(name, 10)), name).toEqual(
        await answer(git.objects.read(name, 10)),
      );
    }
    expect(await answer(plain.objects.read('HEAD', MANY))).toBe('FORMAT_INVALID');
  });

  it('are git’s to read once they are many', async () => {
    const ids = objects.filter(([, kind]) => kind !== 'tag').map(([id]) => id);
    const many = Array.from({ length: 3 }, () => ids).flat();
    const found = await plain.objects.readMany(many, MANY);
    expect(found.map((object) => object?.id)).toEqual(many);
  });

  it('are let go of and found again', async () => {
    const store = new PlainObjects(join(repository.path, '.git/objects'));
    const packed = repository.git('rev-parse', 'v1^{tree}');
    const before = await store.read(packed, anything);
    store.close();
    store.close();
    expect(await store.read(packed, anything)).toEqual(before);
    store.close();
  });
});

describe('an object that is not as it should be', () => {
  it.each<readonly [string, readonly ForgedEntry[]]>([
    ['content of another id', [{ id: A, type: 3, data: text('x') }]],
    ['more content than it says', [{ id: A, type: 3, data: Buffer.alloc(5_000_000), size: 5 }]],
    ['less content than it says', [{ id: A, type: 3, data: text('x'), size: 5000 }]],
    ['more than is read so', [{ id: A, type: 3, data: text('x'), size: 70_000_000 }]],
    ['a size beyond all numbers', [{ id: A, type: 3, data: text('x'), size: 2 ** 60 }]],
    ['a kind that does not exist', [{ id: A, type: 5, data: text('x') }]],
    ['a delta of itself', [{ id: A, type: 7, base: A, data: forgeDelta(1, 1, [0x90, 1]) }]],
    ['a delta at no distance', [{ id: A, type: 6, base: 0, data: forgeDelta(1, 1, [0x90, 1]) }]],
    [
      'deltas of one another',
      [
        { id: A, type: 7, base: B, data: forgeDelta(1, 1, [0x90, 1]) },
        { id: B, type: 7, base: A, data: forgeDelta(1, 1, [0x90, 1]) },
      ],
    ],
    ['a delta of what is not there', [{ id: A, type: 7, base: B, data: forgeDelta(1, 1, [0x90, 1]) }]],
    [
      'a delta that copies from behind its base',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: forgeDelta(4, 9, [0x91, 200, 9]) },
      ],
    ],
    [
      'a delta with a result beyond what is read so',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: forgeDelta(4, 70_000_000, [0x90, 1]) },
      ],
    ],
    [
      'a delta without an end',
      [
        { id: B, type: 3, data: text('base') },
        { id: A, type: 6, base: 0, data: Buffer.from([0x84]) },
      ],
    ],
  ])('is left to git for %s', async (_what, entries) => {
    const repository = makeRepository({ commit: false });
    forgePack(join(repository.path, '.git'), entries);
    const store = new PlainObjects(join(repository.path, '.git/objects'));
    await expect(store.read(A, anything)).rejects.toThrow();
    store.close();
  });

  it('is read through deltas of both kinds where they are sound', async () => {
    const [base, result, again] = [text('the base of it all'), text('the base of it'), text('the base')];
    const repository = makeRepository({ commit: false });
    forgePack(join(repository.path, '.git'), [
      { id: hashObject('blob', base), type: 3, data: base },
      { id: hashObject('blob', result), type: 6, base: 0, data: forgeDelta(18, 14, [0x90, 14]) },
      {
        id: hashObject('blob', again),
        type: 7,
        base: hashObject('blob', result),
        data: forgeDelta(14, 8, [0x90, 8]),
      },
    ]);
    const store = new PlainObjects(join(repository.path, '.git/objects'));
    for (const content of [base, result, again]) {
      const found = await store.read(hashObject('blob', content), anything);
      expect(Buffer.from(found.content).equals(content)).toBe(true);
    }
    store.close();
  });

  it.each(['loose', 'packed', 'indexed'])('is told as git tells it: flipped bytes, %s', async (where) => {
    const repository = makeRepository();
    const id = repository.git('rev-parse', 'HEAD:README');
    if (where !== 'loose') repository.git('gc', '-q');
    const directory = join(repository.path, '.git/objects', where === 'loose' ? id.slice(0, 2) : 'pack');
    const ending = where === 'loose' ? id.slice(2) : where === 'packed' ? '.pack' : '.idx';
    const path = join(directory, readdirSync(directory).find((name) => name.endsWith(ending)) ?? '');
    chmodSync(path, 0o644);
    const sound = readFileSync(path);
    const step = Math.max(1, Math.floor(sound.length / 24));
    for (let at = 0; at < sound.length; at += step) {
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(path, damaged);
      const [git, plain] = await Promise.all([
        openGit(repository.path, repository.env),
        openGit(repository.path, repository.env, 'when-needed'),
      ]);
      const [expected, found] = await Promise.all([
        answer(git.objects.read(id, MANY)),
        answer(plain.objects.read(id, MANY)),
      ]);
      await Promise.all([git.close(), plain.close()]);
      // Whatever is read is what the id says; where git refuses, a quick look may still find the sound part.
      if (typeof found === 'string' || found === undefined) expect(found).toEqual(expected);
      else expect(found).toMatchObject({ id, content: 'first\n' });
    }
  });

  it('is a file that has no end, or is none', async () => {
    const repository = makeRepository();
    const objects = join(repository.path, '.git/objects');
    const path = join(objects, A.slice(0, 2), A.slice(2));
    repository.write('.git/objects/aa/keep', '');
    const store = new PlainObjects(objects);
    for (const bytes of [deflateSync(Buffer.alloc(8_000_000)), deflateSync(text('blob 5\0x')), text('')]) {
      writeFileSync(path, bytes);
      await expect(store.read(A, anything)).rejects.toThrow();
    }
    await expect(store.read(B, anything)).rejects.toBeInstanceOf(NotPlain);
    store.close();
  });
});
