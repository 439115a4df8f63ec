import { basename, dirname } from 'node:path';
import { isGitIndex, readGitIndex } from './index-file.ts';
import { gunzipAt, inflateAt } from './inflate.ts';
import { isLevelLog, isLevelTable, readLevelLog, readLevelTable } from './level-files.ts';
import { objectId, trailerHash, type HashName } from './object-id.ts';
import { isPackAt, isPackIndex, readPackIndex } from './pack-entries.ts';
import { PackFiles } from './pack-files.ts';
import type { SeenObject } from './report.ts';
import type { Search } from './search.ts';

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const PACK = Buffer.from('PACK\0\0\0');
/** An archive in an object in a pack in an archive. */
const DEEPEST = 4;

/**
 * Opens every format that it knows, by what a file holds rather than by what it is called, and looks at what is
 * inside; what is inside may be a format again.
 */
export class FileFormats {
  readonly #search: Search;
  readonly #onObject: ((object: SeenObject) => void) | undefined;
  readonly #packs: PackFiles;

  constructor(search: Search, onObject: ((object: SeenObject) => void) | undefined) {
    this.#search = search;
    this.#onObject = onObject;
    this.#packs = new PackFiles(search, (object, layers) => this.#take(object, layers));
  }

  open(bytes: Buffer, file: string, layers: readonly string[]): void {
    if (layers.length > DEEPEST) return;
    this.#openZlib(bytes, file, layers);
    this.#openGzip(bytes, file, layers);
    for (let at = bytes.indexOf(PACK); at !== -1; at = bytes.indexOf(PACK, at + 1)) {
      if (isPackAt(bytes, at)) this.#packs.open(bytes.subarray(at), file, layers);
    }
    if (isPackIndex(bytes)) {
      this.#search.saw.packIndexes += 1;
      this.#search.attempt(file, () => readPackIndex(bytes, trailerHash(bytes)));
    }
    if (isGitIndex(bytes)) this.#openIndex(bytes, file, layers);
    if (isLevelTable(bytes)) this.#openTable(bytes, file, layers);
    if (layers.length === 0 && isLevelLog(basename(file))) this.#openLog(bytes, file);
    if (layers.length === 0 && /\.jsonl?$/.test(file)) this.#openJson(bytes, file);
  }

  /** Ids of objects that packs here lean on and that none of them holds. */
  wanted(): readonly string[] {
    return this.#packs.wanted();
  }

  /** Completes those packs. */
  finish(objects: ReadonlyMap<string, SeenObject>): void {
    this.#packs.finish(objects);
  }

  #inside(bytes: Buffer, file: string, layers: readonly string[]): void {
    this.#search.look(bytes, file, layers.join(' > '));
    this.open(bytes, file, layers);
  }

  #take(object: SeenObject, layers: readonly string[]): void {
    const { id, content, file } = object;
    this.#onObject?.(object);
    this.#search.look(Buffer.from(id, 'hex'), file, `${layers.join(' > ')}, its id`);
    this.#inside(content, file, layers);
  }

  #openZlib(bytes: Buffer, file: string, layers: readonly string[]): void {
    const inflated = inflateAt(bytes, 0)?.bytes;
    if (inflated === undefined) return;
    const head = /^(blob|tree|commit|tag) \d+\0/.exec(inflated.toString('latin1', 0, 40));
    if (head === null) {
      this.#inside(inflated, file, [...layers, 'zlib']);
      return;
    }
    const content = inflated.subarray(head[0].length);
    const type = head[1] ?? '';
    const named = basename(dirname(file)) + basename(file);
    const hash: HashName = named.length === 64 ? 'sha256' : 'sha1';
    const id = objectId(hash, type, content);
    this.#search.saw.looseObjects += 1;
    if (/^[0-9a-f]{40,64}$/.test(named) && named !== id)
      this.#search.problem(file, 'is not what it is called');
    this.#search.look(inflated, file, [...layers, `loose object ${id}`].join(' > '));
    this.#take({ id, type, content, file }, [...layers, `loose object ${id}`]);
  }

  #openGzip(bytes: Buffer, file: string, layers: readonly string[]): void {
    for (let at = bytes.indexOf(GZIP); at !== -1; at = bytes.indexOf(GZIP, at + 1)) {
      const inflated = gunzipAt(bytes, at);
      if (inflated === undefined) continue;
      this.#search.saw.gzipMembers += 1;
      this.#inside(inflated, file, [...layers, `gzip member at ${at}`]);
    }
  }

  #openIndex(bytes: Buffer, file: string, layers: readonly string[]): void {
    const parts = this.#search.attempt(file, () => readGitIndex(bytes)) ?? [];
    this.#search.saw.indexes += 1;
    for (const { kind, name, bytes: part } of parts) {
      if (kind === 'entry') this.#search.saw.indexEntries += 1;
      else this.#search.saw.indexExtensions += 1;
      this.#search.look(part, file, [...layers, `index ${kind} ${name}`].join(' > '));
    }
  }

  #openTable(bytes: Buffer, file: string, layers: readonly string[]): void {
    this.#search.saw.levelTables += 1;
    const onProblem = (problem: string): void => this.#search.problem(file, problem);
    const blocks = this.#search.attempt(file, () => readLevelTable(bytes, onProblem)) ?? [];
    for (const block of blocks) {
      this.#search.saw.levelBlocks += 1;
      this.#inside(block.bytes, file, [...layers, 'level block']);
      this.#inside(block.keys, file, [...layers, 'level keys']);
    }
  }

  #openLog(bytes: Buffer, file: string): void {
    for (const record of this.#search.attempt(file, () => readLevelLog(bytes)) ?? []) {
      this.#search.saw.levelRecords += 1;
      this.#inside(record, file, ['level record']);
    }
  }

  #openJson(bytes: Buffer, file: string): void {
    for (const [index, line] of bytes.toString('utf8').split('\n').entries()) {
      const strings = jsonStrings(line);
      if (strings === undefined) continue;
      this.#search.saw.jsonLines += 1;
      this.#inside(Buffer.from(strings.join('\0')), file, [`json line ${index + 1}`]);
    }
  }
}

/** Every string of a JSON value, keys too; undefined where it is none. */
function jsonStrings(line: string): readonly string[] | undefined {
  const strings: string[] = [];
  try {
    JSON.parse(line, (key, value: unknown) => {
      strings.push(key);
      if (typeof value === 'string') strings.push(value);
      return value;
    });
    return strings;
  } catch {
    return undefined;
  }
}
