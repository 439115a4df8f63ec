import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { ScanReport } from '../../support/byte-scanner/report.ts';

/** Has something of everything: what Base64 writes with + and /, what URLs and JSON escape, letters beyond ASCII. */
const SECRET = 'tök?>>~"k/ey\\=\n\u{1f511}~end';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-scanner-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function scanFor(secret: string | Uint8Array, chunkBytes?: number): ScanReport {
  return scan({
    directories: [directory],
    secrets: { secret },
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
  });
}

function layersOf(report: ScanReport): readonly string[] {
  return [...new Set(report.findings.map(({ layer }) => layer.replace(/ [0-9a-f]{40,64}/, '')))];
}

const unit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const percent = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Each writes the secret among other things, by other means than the scanner's needles. */
const WRITINGS: Readonly<Record<string, (secret: string) => string | Uint8Array>> = {
  plain: (secret) => `before ${secret} after`,
  'base64, first place': (secret) => base64(`abc${secret}?`),
  'base64, second place': (secret) => base64(`${secret.length}defg${secret}~?`.slice(1)),
  'base64, third place': (secret) => base64(`ab${secret}!`),
  'base64 alone': base64,
  'base64url, first place': (secret) => Buffer.from(`abcdef${secret}`).toString('base64url'),
  'base64url, second place': (secret) => Buffer.from(`a${secret}bc`).toString('base64url'),
  'base64url, third place': (secret) => Buffer.from(`abcde${secret}b`).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'hex in capitals': (secret) => `00${Buffer.from(secret).toString('hex').toUpperCase()}00`,
  'UTF-16, little end first': (secret) => Buffer.from(`x${secret}y`, 'utf16le'),
  'UTF-16, big end first': (secret) => Buffer.from(`x${secret}y`, 'utf16le').swap16(),
  encodeURIComponent: (secret) => `https://example.org/?q=${encodeURIComponent(secret)}`,
  'encodeURIComponent in small letters': (secret) =>
    encodeURIComponent(secret).replaceAll(/%../g, (escape) => escape.toLowerCase()),
  encodeURI,
  URLSearchParams: (secret) => new URLSearchParams({ key: secret }).toString(),
  'every byte in percent': (secret) => [...Buffer.from(secret)].map(percent).join(''),
  'every byte in percent and capitals': (secret) =>
    [...Buffer.from(secret)].map((byte) => percent(byte).toUpperCase()).join(''),
  JSON: (secret) => JSON.stringify({ key: secret }),
  'JSON in ASCII': (secret) => JSON.stringify(secret).replaceAll(/[\u0080-\uffff]/g, unit),
  'JSON, every character': (secret) => secret.split('').map(unit).join(''),
  'JSON, every character, in capitals': (secret) =>
    secret
      .split('')
      .map((character) => unit(character).toUpperCase().replace('U', 'u'))
      .join(''),
  'JSON with its slashes escaped': (secret) => JSON.stringify(secret).replaceAll('/', String.raw`\/`),
  'JSON in JSON in JSON': (secret) => JSON.stringify(JSON.stringify(JSON.stringify(secret))),
  'a path that Git quotes': (secret) =>
    [...Buffer.from(secret)]
      .map((byte) =>
        byte > 127 ? `\\${byte.toString(8)}` : JSON.stringify(String.fromCodePoint(byte)).slice(1, -1),
      )
      .join(''),
};

const broken = (text: string, between: string, width: number): string =>
  text.replaceAll(new RegExp(`.{${width}}(?=.)`, 'gsu'), (line) => `${line}${between}`);

/** The same, broken into lines by mail, an editor or a patch. */
const BROKEN: Readonly<Record<string, (secret: string) => string | Uint8Array>> = {
  plain: (secret) => `before ${broken(secret, '\n', 7)} after`,
  'base64 of MIME': (secret) => broken(base64(`abc${secret}?`), '\r\n', 11),
  'base64 in YAML': (secret) => `key: |\n  ${broken(base64(secret), '\n  ', 9)}\n`,
  'hex in a patch': (secret) => `+${broken(Buffer.from(secret).toString('hex'), '\n+', 16)}\n`,
  'a comment': (secret) => `// "${broken(Buffer.from(secret).toString('hex'), '" +\n  "', 12)}"`,
  'base64 in JSON': (secret) => JSON.stringify({ key: broken(base64(secret), '\n', 12) }),
};

/** Each puts some bytes where only a reader of that format sees them; which layer that is. */
const LAYERS: Readonly<Record<string, (bytes: Buffer) => void>> = {
  raw: (bytes) => writeFileSync(join(directory, 'file'), bytes),
  zlib: (bytes) => writeFileSync(join(directory, 'file'), deflateSync(bytes)),
  'loose object': (bytes) => {
    git('init', '-q');
    execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: directory, input: bytes });
  },
  'pack entry': (bytes) => {
    git('init', '-q');
    const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: directory, input: bytes });
    execFileSync('git', ['pack-objects', '-q', '.git/objects/pack/pack'], { cwd: directory, input: id });
    git('prune-packed', '-q');
  },
  'gzip member at 5': (bytes) =>
    writeFileSync(
      join(directory, 'file'),
      Buffer.concat([Buffer.from('head:'), gzipSync(bytes), bytes.subarray(0, 2)]),
    ),
  'level record': (bytes) => writeFileSync(join(directory, '000003.log'), levelLog(bytes)),
};

function git(...argv: readonly string[]): string {
  return execFileSync('git', argv, { cwd: directory, encoding: 'utf8' }).trimEnd();
}

/** A LevelDB log whose record is cut into parts by the end of a block, in the middle of what it holds. */
function levelLog(payload: Buffer): Buffer {
  const record = (type: number, bytes: Uint8Array): Buffer => {
    const head = Buffer.alloc(7);
    head.writeUInt16LE(bytes.length, 4);
    head.writeUInt8(type, 6);
    return Buffer.concat([head, bytes]);
  };
  const half = payload.length >> 1;
  const filler = record(1, Buffer.alloc(32_768 - 7 - 7 - half, 'f'));
  return Buffer.concat([filler, record(2, payload.subarray(0, half)), record(4, payload.subarray(half))]);
}

describe('a secret', () => {
  it.each(Object.entries(WRITINGS))('written as %s is found in every layer', (_, write) => {
    for (const [layer, plant] of Object.entries(LAYERS)) {
      plant(Buffer.from(write(SECRET)));
      expect(layersOf(scanFor(SECRET)), layer).toContain(layer);
      expect(layersOf(scanFor(SECRET.replace('end', 'eñd'))), layer).toEqual([]);
      for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    }
  });

  it.each(Object.entries(BROKEN))('broken over lines as %s is found in every layer', (_, write) => {
    for (const [layer, plant] of Object.entries(LAYERS)) {
      plant(Buffer.from(write(SECRET)));
      const found = scanFor(SECRET).findings.filter(({ encoding }) => encoding.endsWith('split over lines'));
      expect(
        found.map((one) => one.layer.replace(/ [0-9a-f]{40,64}/, '')),
        layer,
      ).toContain(layer);
      expect(layersOf(scanFor(SECRET.replace('end', 'eñd'))), layer).toEqual([]);
      for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    }
  });

  it('stands alone in the layer that was planted: nothing is found raw where it is compressed', () => {
    for (const [layer, plant] of Object.entries(LAYERS)) {
      if (layer === 'raw') continue;
      plant(Buffer.from(`${'pad '.repeat(40)}${SECRET}${'pad '.repeat(40)}`));
      expect(layersOf(scanFor(SECRET)), layer).toEqual([layer]);
      for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    }
  });

  it('is found in a name, a link and a directory', () => {
    const name = 'token-0123456789';
    writeFileSync(join(directory, `a-${name}`), '');
    mkdirSync(join(directory, 'deep', name), { recursive: true });
    symlinkSync(`../${name}/x`, join(directory, 'link'));
    const { findings, saw } = scanFor(name);
    expect(new Set(findings.map(({ file, layer }) => `${file.slice(directory.length)}: ${layer}`))).toEqual(
      new Set([`/a-${name}: name`, `/deep/${name}: name`, '/link: link target']),
    );
    expect(saw).toMatchObject({ files: 1, links: 1 });
  });

  it('is found wherever the end of a chunk cuts it', () => {
    for (let before = 0; before < 64; before += 1) {
      writeFileSync(join(directory, 'file'), `${'.'.repeat(before)}${SECRET}${'.'.repeat(300)}`);
      const found = scanFor(SECRET, 32).findings.filter(({ layer }) => layer === 'raw');
      expect(found.length, `${before} bytes before it`).toBeGreaterThan(0);
    }
  });

  it('of too few bytes is refused: chance would find it', () => {
    expect(() => scanFor('short')).toThrow('too short');
  });

  it('is found in an object in a pack in a gzip file', () => {
    git('init', '-q');
    const blob = gzipSync(SECRET);
    const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: directory, input: blob });
    const pack = execFileSync('git', ['pack-objects', '-q', '--stdout'], { cwd: directory, input: id });
    rmSync(join(directory, '.git'), { recursive: true });
    writeFileSync(join(directory, 'backup.gz'), gzipSync(pack));
    const [finding] = scanFor(SECRET).findings;
    expect(finding?.layer).toMatch(/^gzip member at 0 > pack entry [0-9a-f]{40} > gzip member at 0$/);
  });

  it('is not named by the report', () => {
    writeFileSync(join(directory, 'file'), SECRET);
    expect(JSON.stringify(scanFor(SECRET))).not.toContain('tök');
  });
});

describe('an identifier', () => {
  const ID = 'fbefbefbefbeff3ffb77aabbccddeeff01234567';
  const BYTES = Buffer.from(ID, 'hex');
  const FORMS: Readonly<Record<string, string | Uint8Array>> = {
    binary: Buffer.concat([Buffer.from('x'), BYTES, Buffer.from('y')]),
    hex: `refs ${ID}\n`,
    HEX: ID.toUpperCase(),
    'base64+0': BYTES.toString('base64'),
    'base64url+1': Buffer.concat([Buffer.from('?'), BYTES]).toString('base64url'),
    base32: crockford(BYTES),
  };

  it.each(Object.entries(FORMS))('written as %s is found', (form, content) => {
    writeFileSync(join(directory, 'file'), content);
    const { findings } = scan({ directories: [directory], identifiers: { id: ID } });
    expect(findings.map(({ what, encoding }) => [what, encoding])).toContainEqual(['id', form]);
  });

  it('is found as the name of a loose object, as the id of a packed one and in a tree', () => {
    git('init', '-q');
    writeFileSync(join(directory, 'named'), 'content\n');
    git('add', 'named');
    const id = git('rev-parse', ':named');
    git('write-tree');
    const loose = scan({ directories: [join(directory, '.git')], identifiers: { id } });
    expect(layersOf(loose)).toEqual(
      expect.arrayContaining(['name', 'loose object, its id', 'loose object', 'index entry named']),
    );
    rmSync(join(directory, '.git', 'index'));
    execFileSync('git', ['pack-objects', '-q', '.git/objects/pack/pack'], {
      cwd: directory,
      input: `${id}\n`,
    });
    git('prune-packed', '-q');
    const [index = ''] = readdirSync(join(directory, '.git/objects/pack')).filter((name) =>
      name.endsWith('.idx'),
    );
    rmSync(join(directory, '.git/objects/pack', index));
    expect(layersOf(scan({ directories: [join(directory, '.git')], identifiers: { id } }))).toContain(
      'pack entry, its id',
    );
  });
});

/** By arithmetic on one large number, other than the scanner does it. */
function crockford(bytes: Buffer): string {
  const digits = Math.ceil((bytes.length * 8) / 5);
  let value = BigInt(`0x${bytes.toString('hex')}`) << BigInt(digits * 5 - bytes.length * 8);
  let text = '';
  for (let index = 0; index < digits; index += 1) {
    text = '0123456789abcdefghjkmnpqrstvwxyz'.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}

describe('the scanner', () => {
  it('imports nothing but Node and itself', () => {
    const sources = readdirSync(new URL('../../support/byte-scanner/', import.meta.url));
    expect(sources.length).toBeGreaterThanOrEqual(12);
    for (const name of sources) {
      const text = readFileSync(new URL(`../../support/byte-scanner/${name}`, import.meta.url), 'utf8');
      const imported = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, source]) => source);
      expect(imported.filter((source) => !/^(?:node:(?!child_process)|\.\/)/.test(source ?? ''))).toEqual([]);
    }
  });

  it('tells what it could not read', () => {
    writeFileSync(join(directory, 'index'), Buffer.concat([Buffer.from('DIRC\0\0\0\x09'), Buffer.alloc(60)]));
    expect(scanFor(SECRET).problems).toEqual([expect.stringContaining('an index of version 9')]);
    expect(scan({ directories: [join(directory, 'nowhere')] }).problems).toHaveLength(1);
  });
});
