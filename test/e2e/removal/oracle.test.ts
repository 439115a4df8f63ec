import { createHash, createHmac } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHasher } from '#crypto/hasher.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { formatDigest, idBytes, parseDigest } from '#domain/id.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { Stage } from '../../support/cli/stage.ts';
import {
  SECRET_PATH,
  captureTwice,
  commonDirectory,
  groundOf,
  redactSecret,
  secretStage,
} from '../../support/plant/secret-stage.ts';

/**
 * Somebody who has all of the repository, knows everything in it but the removed content, and has a list that the
 * content is on. They try to find out which one it was.
 */
const GUESSES = 12;
/** Where on the list the right one is. */
const RIGHT = 7;

let stage: Stage;
let dictionary: readonly string[];
beforeAll(async () => {
  stage = await secretStage();
  const { content } = groundOf(stage);
  dictionary = Array.from({ length: GUESSES }, (_, index) =>
    index === RIGHT ? content : content.replace('hunter2', `hunter${index + 10}`),
  );
  await captureTwice(stage);
});
afterAll(() => stage.dispose());

const hasher = createHasher();

/** Everything that can be read out of `.git`, as one text each for a file or an object. */
function readEverything(): readonly string[] {
  const texts: string[] = [];
  scan({
    directories: [commonDirectory(stage)],
    onObject: ({ content }) => texts.push(content.toString('latin1')),
  });
  for (const entry of readdirSync(commonDirectory(stage), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) texts.push(readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  }
  return texts;
}

/** Every 16 bytes in the text form of a salt, and every 32 bytes in that of a hash. */
function collect(texts: readonly string[]): {
  readonly salts: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
} {
  const all = (pattern: RegExp): ReadonlySet<string> =>
    new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found]) => found ?? '')));
  return {
    salts: new Set(
      [...all(/(?<![\w-])([\w-]{22})(?![\w-])/g)].filter((salt) => parseBase64Url(salt)?.length === 16),
    ),
    digests: all(/(?<![0-9a-z])([0-9a-hjkmnp-tv-z]{52})(?![0-9a-z])/g),
  };
}

/** Hashes of a guess that need nothing else: plain ones, Git's, heddle's own without a salt. */
function plainHashes(guess: string): Readonly<Record<string, Uint8Array>> {
  const hashes: Record<string, Uint8Array> = {};
  for (const name of ['md5', 'sha1', 'sha256', 'sha512', 'blake2b512']) {
    hashes[name] = createHash(name).update(guess).digest();
  }
  for (const name of ['sha1', 'sha256']) {
    const blob = createHash(name)
      .update(`blob ${Buffer.byteLength(guess)}\0`)
      .update(guess)
      .digest();
    hashes[`git ${name}`] = blob;
    // Text that keys a digest with nothing secret, as a shun list or an index would that forgot its key.
    for (const kind of ['shun', 'file', 'name', 'texts'] as const) {
      hashes[`${kind} of git ${name}`] = hasher.hash(kind, utf8(blob.toString('hex')));
    }
  }
  for (const kind of ['shun', 'file', 'salt-content', 'texts'] as const) {
    hashes[`${kind}, not salted`] = hasher.hash(kind, utf8(guess));
  }
  return hashes;
}

/** Every 32 bytes in the text forms of keys and hashes: whatever might have keyed a digest. */
function keysIn(texts: readonly string[], digests: ReadonlySet<string>): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  const note = (bytes: Uint8Array | undefined): void => {
    if (bytes?.length === 32) found.set(Buffer.from(bytes).toString('hex'), bytes);
  };
  for (const digest of digests) note(idBytes(parseDigest(digest)));
  for (const text of texts) {
    for (const [, key] of text.matchAll(/(?<![\w-])([\w-]{43})(?![\w-])/g)) note(parseBase64Url(key ?? ''));
    for (const [, key] of text.matchAll(/(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])/g))
      note(Buffer.from(key ?? '', 'hex'));
  }
  return [...found.values()];
}

/** Digests of a guess under each key, as heddle makes them and as others do, in the text forms of digests. */
function isKeyed(guess: string, keys: readonly Uint8Array[], everything: ReadonlySet<string>): boolean {
  const blob = createHash('sha1')
    .update(`blob ${Buffer.byteLength(guess)}\0`)
    .update(guess)
    .digest('hex');
  for (const key of keys) {
    for (const content of [utf8(blob), utf8(guess)]) {
      for (const kind of ['shun', 'index', 'file'] as const) {
        if (everything.has(formatDigest(hasher.hash(kind, key, content)))) return true;
      }
      const mac = createHmac('sha256', key).update(content).digest();
      if (everything.has(formatDigest(mac)) || everything.has(mac.toString('hex'))) return true;
    }
  }
  return false;
}

/** What is as long as a guess, as it is or deflated: a file, or a number that is called a length. */
function tellsLength(guess: string, texts: readonly string[]): boolean {
  const lengths = [Buffer.byteLength(guess), deflateSync(guess).length];
  const said = new RegExp(`"(?:size|length|bytes)":(?:${lengths.join('|')})\\b`);
  return texts.some((text) => lengths.includes(text.length) || said.test(text));
}

/** Ids of Git trees over the file, where everything else in them is known: the guess takes the file's place. */
function treeIds(guess: string): Readonly<Record<string, string>> {
  const ids: Record<string, string> = {};
  const objects = stage.beside('guessed-objects');
  stage.repository.write('../guessed-objects/pack/none', '');
  const env = {
    GIT_INDEX_FILE: stage.beside('guessed-index'),
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDirectory(stage), 'objects'),
  };
  const ground = groundOf(stage);
  const blob = ground.input(['hash-object', '-w', '--stdin'], guess, env);
  for (const carrier of stage.git('rev-list', 'refs/heddle/threads/task/login', '^main').split('\n')) {
    ground.input(['read-tree', `${carrier}:files`], '', env);
    ground.input(['update-index', '--add', '--cacheinfo', `100644,${blob},${SECRET_PATH}`], '', env);
    const tree = ground.input(['write-tree'], '', env);
    ids[`files of ${carrier}`] = tree;
    ids[`directory of ${carrier}`] = ground.input(['rev-parse', `${tree}:config`], '', env);
  }
  return ids;
}

/** Guesses that something in the repository speaks for, by what does. */
function confirmed(only?: number): ReadonlyMap<number, readonly string[]> {
  const texts = readEverything();
  const { salts, digests } = collect(texts);
  expect(salts.size).toBeGreaterThan(10);
  expect(digests.size).toBeGreaterThan(10);
  const keys = keysIn(texts, digests);
  const hexes = texts.flatMap((text) => [...text.matchAll(/[0-9a-f]{64}/g)].map(([hex]) => hex));
  const everything = new Set([...digests, ...hexes]);
  expect(keys.length).toBeGreaterThan(10);
  const found = new Map<number, readonly string[]>();
  for (const [index, guess] of dictionary.entries()) {
    if (only !== undefined && index !== only) continue;
    const identifiers = { ...plainHashes(guess), ...treeIds(guess) };
    const { findings } = scan({ directories: [commonDirectory(stage)], identifiers });
    const salted = [...salts].filter((salt) => digests.has(contentId(hasher, salt, utf8(guess))));
    const reasons = [
      ...new Set(findings.map(({ what }) => what.replace(/ [0-9a-f]{40}$/, ''))),
      ...salted.map(() => 'salt'),
      ...(isKeyed(guess, keys, everything) ? ['key'] : []),
      ...(tellsLength(guess, texts) ? ['length'] : []),
    ];
    if (reasons.length > 0) found.set(index, reasons);
  }
  return found;
}

// The steps of one story: each begins where the one before it ended.
describe('somebody with the repository and a list that the content is on', () => {
  it('1: knows which it was as long as it is there, by everything that will have to go', () => {
    const found = confirmed();
    expect([...found.keys()]).toEqual([RIGHT]);
    expect(found.get(RIGHT)).toEqual(
      expect.arrayContaining(['git sha1', 'files of', 'directory of', 'salt']),
    );
  });

  it('2: knows it while it is only redacted, in this clone', async () => {
    await redactSecret(stage);
    expect([...confirmed().keys()]).toEqual([RIGHT]);
  });

  it('3: cannot tell from what a clone fetches of a redacted one', () => {
    stage.git('clone', '-q', '--mirror', '--no-local', '.', '../fetched.git');
    const guesses = dictionary.map((guess, index) => [
      String(index),
      plainHashes(guess)['git sha1'] ?? guess,
    ]);
    const identifiers = Object.fromEntries(guesses) as Readonly<Record<string, Uint8Array>>;
    const { findings, saw } = scan({ directories: [stage.beside('fetched.git')], identifiers });
    expect(findings).toEqual([]);
    expect(saw.looseObjects + saw.packEntries).toBeGreaterThan(20);
  });

  it('4: cannot tell after the purge: nothing confirms any guess', async () => {
    await stage.owner.ok(['purge', SECRET_PATH, '--yes']);
    expect(confirmed()).toEqual(new Map());
  });

  it('5: would find it by any one leak: an id in a log line, a key beside a digest, a length', () => {
    const guess = dictionary[RIGHT] ?? '';
    const blob = String(Buffer.from(plainHashes(guess)['git sha1'] ?? []).toString('hex'));
    const key = new Uint8Array(32).fill(7);
    const digest = formatDigest(hasher.hash('shun', key, utf8(blob)));
    const leaks: Readonly<Record<string, string>> = {
      'git sha1': `{"refs":["${blob}"]}\n`,
      key: `{"secret":"${Buffer.from(key).toString('base64url')}","digest":"${digest}"}\n`,
      length: `{"size":${Buffer.byteLength(guess)}}\n`,
    };
    const place = join(commonDirectory(stage), 'heddle', 'oplog', 'leak.jsonl');
    for (const [reason, leak] of Object.entries(leaks)) {
      writeFileSync(place, leak);
      expect(confirmed(RIGHT).get(RIGHT), reason).toContain(reason);
    }
    rmSync(place);
    expect(confirmed(RIGHT)).toEqual(new Map());
  });
});
