import type { ObjectId } from '#ports/objects.ts';
import { readBeginning } from './file-search.ts';
import type { EraseGround } from './ground.ts';
import { inflateFile } from './store/loose-object.ts';
import { searchPackFile, type FileProbe } from './store/pack-file.ts';
import { RawObjects } from './store/raw-objects.ts';

/** First byte of what zlib deflates with its usual window, and the first two of gzip's. */
const DEFLATED = 0x78;
const GZIPPED = 0x1f8b;
const BUNDLE = /^# v[23] git bundle\n/;
/** Capabilities, prerequisites and refs of a bundle. */
const LONGEST_BUNDLE_HEADER = 16 * 1024 * 1024;
const OBJECT_HEADER = /^(?:blob|tree|commit|tag) \d{1,15}\0/;

/** Searches what files hold compressed: a pack, a bundle, what zlib or gzip made. It has its own git; close it. */
export class InsideSearch {
  readonly #probe: FileProbe;
  readonly #objects: RawObjects;
  readonly #idBytes: number;

  constructor({ runner, idBytes }: Pick<EraseGround, 'runner' | 'idBytes'>, probe: FileProbe) {
    this.#probe = probe;
    this.#objects = new RawObjects(runner);
    this.#idBytes = idBytes;
  }

  async finds(path: string | Buffer): Promise<boolean> {
    const beginning = readBeginning(path, 32);
    const text = beginning.toString('latin1');
    if (text.startsWith('PACK')) return this.#findsInPack(path, 0);
    if (BUNDLE.test(text)) {
      const header = readBeginning(path, LONGEST_BUNDLE_HEADER).indexOf('\n\nPACK');
      return header !== -1 && this.#findsInPack(path, header + 2);
    }
    const deflated = beginning[0] === DEFLATED;
    return (deflated || isGzip(beginning)) && this.#findsInflated(path);
  }

  async close(): Promise<void> {
    await this.#objects.close();
  }

  #findsInPack(path: string | Buffer, start: number): Promise<boolean> {
    return searchPackFile(path, {
      needles: this.#probe,
      idBytes: this.#idBytes,
      readBase: (id) => this.#readBase(id),
      start,
    });
  }

  async #findsInflated(path: string | Buffer): Promise<boolean> {
    const stream = this.#probe.stream();
    let first = true;
    await inflateFile(path, (piece) => {
      // A whole object that equals a short content is found without its header.
      const header = first ? OBJECT_HEADER.exec(piece.toString('latin1', 0, 64)) : null;
      first = false;
      stream.push(piece.subarray(header?.[0].length ?? 0));
    });
    const hits = stream.end();
    return hits.content || hits.trace;
  }

  async #readBase(id: ObjectId): Promise<Buffer | undefined> {
    return (await this.#objects.find(id))?.content;
  }
}

function isGzip(beginning: Buffer): boolean {
  return beginning.length >= 2 && beginning.readUInt16BE(0) === GZIPPED;
}
