import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQuarantineStore } from '#crypto/quarantine-store.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId, type TombstoneId } from '#domain/id.ts';
import { randomBytes } from '#platform/random.ts';
import type { QuarantinedContent, QuarantineStore } from '#ports/removal.ts';
import { createMemoryQuarantine } from '../support/memory/removal/quarantine.ts';
import { makePrivateHome, type PrivateHome } from '../support/private-home.ts';
import { copyTree } from '../support/run/tree.ts';

const SECRET = 'hunter2 is the password';
const TOMBSTONE = tombstone(1);
const OTHER = tombstone(2);
const CONTENT: QuarantinedContent = {
  contents: [
    {
      bytes: utf8(SECRET),
      blob: '1'.repeat(40),
      kind: 'file',
      entries: [
        { file: digest(1), salt: salt(1) },
        { file: digest(2), salt: salt(2) },
      ],
    },
    { bytes: utf8('../link'), blob: '2'.repeat(40), kind: 'symlink', entries: [] },
    { bytes: new Uint8Array(), blob: '3'.repeat(64), kind: 'file', entries: [] },
  ],
};
const LESS: QuarantinedContent = { contents: CONTENT.contents.slice(1) };

function tombstone(byte: number): TombstoneId {
  return formatId('hr', new Uint8Array(32).fill(byte));
}

function digest(byte: number) {
  return formatDigest(new Uint8Array(32).fill(byte));
}

function salt(byte: number): string {
  return formatBase64Url(new Uint8Array(16).fill(byte));
}

let home: PrivateHome;
beforeEach(() => {
  home = makePrivateHome();
  mkdirSync(home.path('..', 'work', '.git', 'heddle'), { recursive: true });
});
afterEach(() => home.remove());

function openAt(clone = 'work', data = home.data): QuarantineStore {
  const commonDir = home.path('..', clone, '.git');
  return createQuarantineStore({ data, commonDir, random: randomBytes });
}

const implementations: readonly (readonly [string, () => QuarantineStore])[] = [
  ['in memory', createMemoryQuarantine],
  ['on disk', () => openAt()],
];

describe.each(implementations)('the quarantine %s', (_, open) => {
  it('gives back what it keeps, each tombstone its own', async () => {
    const store = open();
    expect(await store.state(TOMBSTONE)).toBe('none');
    expect(await store.open(TOMBSTONE)).toBeUndefined();
    await store.keep(TOMBSTONE, CONTENT);
    await store.keep(OTHER, LESS);
    expect(await store.open(TOMBSTONE)).toEqual(CONTENT);
    expect(await store.open(OTHER)).toEqual(LESS);
    expect(await store.state(TOMBSTONE)).toBe('held');
    expect(await store.list()).toEqual([TOMBSTONE, OTHER].toSorted());
  });

  it('gives back sidecars and the words that were in them', async () => {
    const store = open();
    const texts = {
      sidecars: [
        { record: formatId('hs', new Uint8Array(32)), bytes: utf8('{"intent":"x"}'), blob: '4'.repeat(40) },
        { record: `review-${digest(3)}` as const, bytes: utf8('{}'), blob: '5'.repeat(64) },
      ],
      words: ['x', 'naïve\n'],
    };
    await store.keep(TOMBSTONE, { ...CONTENT, texts });
    await store.keep(OTHER, { contents: [], texts });
    expect(await store.open(TOMBSTONE)).toEqual({ ...CONTENT, texts });
    expect(await store.open(OTHER)).toEqual({ contents: [], texts });
  });

  it('keeps what was cut out of contents of which the rest stays', async () => {
    const store = open();
    const [first, ...others] = CONTENT.contents;
    if (first === undefined) throw new Error('there is a content');
    const cut = {
      ...first,
      cuts: [
        { start: 0, end: 1 },
        { start: 2, end: first.bytes.length },
      ],
    };
    await store.keep(TOMBSTONE, { contents: [cut, ...others] });
    expect(await store.open(TOMBSTONE)).toEqual({ contents: [cut, ...others] });
  });

  it('replaces what an unfinished redaction left', async () => {
    const store = open();
    await store.keep(TOMBSTONE, LESS);
    await store.keep(TOMBSTONE, CONTENT);
    expect(await store.open(TOMBSTONE)).toEqual(CONTENT);
    expect(await store.list()).toEqual([TOMBSTONE]);
  });

  it('says that a content was destroyed until it is forgotten, however often it is asked for', async () => {
    const store = open();
    await store.keep(TOMBSTONE, CONTENT);
    await store.keep(OTHER, LESS);
    for (let round = 0; round < 2; round += 1) {
      await store.spend(TOMBSTONE);
      expect(await store.state(TOMBSTONE)).toBe('spent');
      expect(await store.open(TOMBSTONE)).toBeUndefined();
      expect(await store.list()).toContain(TOMBSTONE);
    }
    for (let round = 0; round < 2; round += 1) {
      await store.forget(TOMBSTONE);
      expect(await store.state(TOMBSTONE)).toBe('none');
    }
    expect(await store.list()).toEqual([OTHER]);
    expect(await store.open(OTHER)).toEqual(LESS);
  });

  it('forgets a content that was never destroyed, and destroys nothing where nothing is kept', async () => {
    const store = open();
    await store.keep(TOMBSTONE, CONTENT);
    await store.forget(TOMBSTONE);
    await store.spend(TOMBSTONE);
    expect(await store.state(TOMBSTONE)).toBe('none');
    expect(await store.open(TOMBSTONE)).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  it('gives nobody a hand on what it keeps', async () => {
    const store = open();
    const bytes = utf8(SECRET);
    await store.keep(TOMBSTONE, { contents: [{ bytes, blob: '1'.repeat(40), kind: 'file', entries: [] }] });
    bytes.fill(0);
    const given = await store.open(TOMBSTONE);
    expect(given?.contents[0]?.bytes).toEqual(utf8(SECRET));
    given?.contents[0]?.bytes.fill(0);
    expect((await store.open(TOMBSTONE))?.contents[0]?.bytes).toEqual(utf8(SECRET));
  });
});

/** Every file below the root of the test, home and clones alike. */
function everyFile(): readonly string[] {
  return readdirSync(home.path('..'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sealed(clone = 'work'): string {
  return home.path('..', clone, '.git', 'heddle', 'quarantine', TOMBSTONE);
}

function keyFiles(): readonly string[] {
  return home.files().filter((file) => file.startsWith('quarantine/'));
}

const missing = (what: string): unknown =>
  expect.objectContaining({
    code: 'QUARANTINE_MISSING',
    facts: { tombstone: TOMBSTONE, missing: what },
  });

describe('the quarantine on disk', () => {
  beforeEach(() => openAt().keep(TOMBSTONE, CONTENT));

  it('keeps the content encrypted in the clone and the key in the home, for the owner alone', () => {
    expect(keyFiles()).toEqual([
      expect.stringMatching(new RegExp(`^quarantine/${TOMBSTONE}\\.[0-9a-f]{32}\\.json$`)),
    ]);
    for (const path of [sealed(), home.path(keyFiles()[0] ?? '')]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    }
    const files = everyFile();
    expect(files).toHaveLength(2);
    for (const file of files) expect(readFileSync(file).includes(SECRET)).toBe(false);
  });

  it('refuses a file of which any bit is another, or that was cut short or grew', async () => {
    const sound = readFileSync(sealed());
    for (let at = 0; at < sound.length; at += 1) {
      const flipped = Buffer.from(sound);
      flipped[at] = (sound[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(sealed(), flipped);
      await expect(openAt().open(TOMBSTONE), `byte ${at}`).rejects.toMatchObject({
        code: 'QUARANTINE_MISSING',
      });
    }
    for (const other of [
      Buffer.concat([sound, Buffer.of(0)]),
      sound.subarray(0, -1),
      sound.subarray(0, 30),
      '',
    ])
      await expect((writeFileSync(sealed(), other), openAt().open(TOMBSTONE))).rejects.toEqual(
        missing('damaged'),
      );
    writeFileSync(sealed(), sound);
    expect(await openAt().open(TOMBSTONE)).toEqual(CONTENT);
  });

  it('refuses a file that another tombstone kept', async () => {
    await openAt().keep(OTHER, LESS);
    const others = join(sealed(), '..', OTHER);
    renameSync(others, sealed());
    await expect(openAt().open(TOMBSTONE)).rejects.toEqual(missing('key'));
    const [key = ''] = keyFiles().filter((file) => file.includes(OTHER));
    renameSync(home.path(key), home.path(key.replace(OTHER, TOMBSTONE)));
    await expect(openAt().open(TOMBSTONE)).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
  });

  it('says what is missing: key, file', async () => {
    const elsewhere = openAt('work', home.path('..', 'another-home'));
    await expect(elsewhere.open(TOMBSTONE)).rejects.toEqual(missing('key'));
    expect(await elsewhere.state(TOMBSTONE)).toBe('held');
    rmSync(sealed());
    await expect(openAt().open(TOMBSTONE)).rejects.toEqual(missing('file'));
    expect(await openAt().state(TOMBSTONE)).toBe('held');
  });

  it('refuses a key that others may read, and a file that is a link', async () => {
    const key = home.path(keyFiles()[0] ?? '');
    chmodSync(key, 0o644);
    await expect(openAt().open(TOMBSTONE)).rejects.toMatchObject({ code: 'KEY_FILE_MODE' });
    chmodSync(key, 0o600);
    renameSync(sealed(), `${sealed()}.real`);
    symlinkSync(`${sealed()}.real`, sealed());
    await expect(openAt().open(TOMBSTONE)).rejects.toEqual(missing('damaged'));
  });

  it('writes into no directory that is a link', async () => {
    const directory = join(sealed(), '..');
    renameSync(directory, `${directory}.real`);
    symlinkSync(`${directory}.real`, directory);
    for (const work of [
      () => openAt().keep(OTHER, LESS),
      () => openAt().spend(TOMBSTONE),
      () => openAt().forget(TOMBSTONE),
    ])
      await expect(work()).rejects.toMatchObject({ code: 'KEY_FILE_MODE' });
    expect(readdirSync(`${directory}.real`)).toEqual([TOMBSTONE]);
  });

  it('leaves a note for people in the place of a destroyed content, and no key', async () => {
    const key = readFileSync(home.path(keyFiles()[0] ?? ''), 'utf8');
    const secret = /"key":"([^"]+)"/.exec(key)?.[1] ?? '';
    expect(secret).toHaveLength(43);
    await openAt().spend(TOMBSTONE);
    expect(readFileSync(sealed(), 'utf8')).toBe(
      `{"note":"the content was destroyed","tombstone":"${TOMBSTONE}","type":"quarantine-spent","v":1}`,
    );
    for (const file of everyFile()) expect(readFileSync(file).includes(secret)).toBe(false);
    await openAt().forget(TOMBSTONE);
    expect(everyFile()).toEqual([]);
  });

  it('overwrites what it takes away, but nothing that another name leads to', async () => {
    const key = home.path(keyFiles()[0] ?? '');
    linkSync(sealed(), home.path('..', 'linked'));
    const before = readFileSync(sealed());
    const { open } = await import('node:fs/promises');
    const old = await open(key, 'r');
    await openAt().spend(TOMBSTONE);
    expect((await old.readFile()).every((byte) => byte === 0)).toBe(true);
    await old.close();
    expect(readFileSync(home.path('..', 'linked'))).toEqual(before);
  });

  it('takes no word from the repository that a content was destroyed', async () => {
    await openAt().keep(OTHER, LESS);
    await openAt().spend(OTHER);
    const note = readFileSync(join(sealed(), '..', OTHER), 'utf8').replace(OTHER, TOMBSTONE);
    writeFileSync(sealed(), note, { mode: 0o600 });
    expect(await openAt().state(TOMBSTONE)).toBe('held');
    await expect(openAt().open(TOMBSTONE)).rejects.toEqual(missing('damaged'));
  });

  it('destroys its own keys whatever the file says', async () => {
    writeFileSync(sealed(), 'forged', { mode: 0o600 });
    await openAt().spend(TOMBSTONE);
    expect(await openAt().state(TOMBSTONE)).toBe('spent');
    await openAt().forget(TOMBSTONE);
    expect(everyFile()).toEqual([]);
  });

  it('keeps one key, and takes away what a killed writer left', async () => {
    const temporary = join(sealed(), '..', `.0123456789abcdef-${TOMBSTONE}`);
    writeFileSync(temporary, 'half');
    const [before] = keyFiles();
    await openAt().keep(TOMBSTONE, LESS);
    expect(keyFiles()).toHaveLength(1);
    expect(keyFiles()[0]).not.toBe(before);
    expect(readdirSync(join(sealed(), '..'))).toEqual([TOMBSTONE]);
    // Killed between key and file.
    rmSync(sealed());
    expect(await openAt().list()).toEqual([TOMBSTONE]);
    await openAt().forget(TOMBSTONE);
    expect(everyFile()).toEqual([]);
  });

  it('refuses more than a quarantine can hold, and leaves what is there', async () => {
    const huge = new Uint8Array(64 * 1024 * 1024);
    const contents = Array.from({ length: 17 }, () => ({ ...CONTENT.contents[0], bytes: huge }) as never);
    await expect(openAt().keep(TOMBSTONE, { contents })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(await openAt().open(TOMBSTONE)).toEqual(CONTENT);
    expect(keyFiles()).toHaveLength(1);
  });

  it('keeps contents of several pieces', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    const contents = [{ bytes, blob: '4'.repeat(40), kind: 'file', entries: [] } as const];
    await openAt().keep(TOMBSTONE, { contents });
    const given = await openAt().open(TOMBSTONE);
    expect(Buffer.from(given?.contents[0]?.bytes ?? []).equals(bytes)).toBe(true);
    expect(statSync(sealed()).size).toBeLessThan(bytes.length + 400);
  });
});

describe('a copy of a clone', () => {
  beforeEach(async () => {
    await openAt().keep(TOMBSTONE, CONTENT);
    copyTree(home.path('..', 'work'), home.path('..', 'copy'));
  });

  it('reads what the first kept, and cannot take it away', async () => {
    expect(await openAt('copy').open(TOMBSTONE)).toEqual(CONTENT);
    await openAt('copy').spend(TOMBSTONE);
    expect(await openAt('copy').state(TOMBSTONE)).toBe('spent');
    expect(await openAt('work').state(TOMBSTONE)).toBe('held');
    expect(await openAt('work').open(TOMBSTONE)).toEqual(CONTENT);
    await openAt('copy').forget(TOMBSTONE);
    expect(await openAt('copy').state(TOMBSTONE)).toBe('none');
    expect(await openAt('work').open(TOMBSTONE)).toEqual(CONTENT);
    expect(keyFiles()).toHaveLength(1);
  });

  it('is not told that its content was destroyed because the first destroyed its own', async () => {
    await openAt('work').spend(TOMBSTONE);
    expect(await openAt('copy').state(TOMBSTONE)).toBe('held');
    await expect(openAt('copy').open(TOMBSTONE)).rejects.toEqual(missing('key'));
  });

  it('keeps a content of its own under a key of its own', async () => {
    await openAt('copy').keep(TOMBSTONE, LESS);
    expect(keyFiles()).toHaveLength(2);
    await openAt('work').spend(TOMBSTONE);
    await openAt('work').forget(TOMBSTONE);
    expect(await openAt('copy').open(TOMBSTONE)).toEqual(LESS);
  });

  it('takes the key with it once the first is gone', async () => {
    rmSync(home.path('..', 'work'), { recursive: true });
    await openAt('copy').spend(TOMBSTONE);
    expect(await openAt('copy').state(TOMBSTONE)).toBe('spent');
    await openAt('copy').forget(TOMBSTONE);
    expect(keyFiles()).toEqual([]);
  });
});

describe('a clone that was moved', () => {
  it('opens, destroys and forgets what it kept', async () => {
    await openAt().keep(TOMBSTONE, CONTENT);
    renameSync(home.path('..', 'work'), home.path('..', 'moved'));
    expect(await openAt('moved').open(TOMBSTONE)).toEqual(CONTENT);
    await openAt('moved').spend(TOMBSTONE);
    expect(await openAt('moved').state(TOMBSTONE)).toBe('spent');
    await openAt('moved').forget(TOMBSTONE);
    expect(everyFile()).toEqual([]);
  });
});
