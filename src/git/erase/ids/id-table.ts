import type { ObjectId } from '#ports/objects.ts';
import { openSource, PageCache, type ByteSource } from './paged-file.ts';

/*
 * Commit graphs and multi-pack indexes (gitformat-commit-graph, gitformat-pack) are files of chunks:
 *   commit graph: "CGPH" <version> <hash> <number of chunks> <number of bases>
 *   multi-pack index: "MIDX" <version> <hash> <number of chunks> <number of bases> <number of packs: 4>
 *   both: for each chunk, and once more for the end, <name: 4> <offset: 8>
 * The chunk "OIDL" is a table of ids in order.
 */

const HEADER_BYTES: Readonly<Record<string, number>> = { CGPH: 8, MIDX: 12 };
const SHORTEST = 12;
const TOC_BYTES = 12;

/** The chunks of such a file; none where it is damaged. */
export interface ChunkFile {
  readonly chunks: ReadonlySet<string>;
  readonly ids: Iterable<ObjectId>;
}

/** Reads which ids a commit graph or multi-pack index names; undefined where there is no such file. */
export function readIdTable(path: string, idBytes: number): ChunkFile | undefined {
  const source = openSource(path, new PageCache());
  if (source === undefined) return undefined;
  const header = source.length < SHORTEST ? undefined : HEADER_BYTES[textAt(source, 0)];
  if (header === undefined) return { chunks: new Set(), ids: [] };
  const chunks = [...readChunks(source, header)];
  const tables = chunks.filter(({ name }) => name === 'OIDL');
  return {
    chunks: new Set(chunks.map(({ name }) => name)),
    ids: { [Symbol.iterator]: () => idsIn(source, tables, idBytes) },
  };
}

interface Chunk {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function* readChunks(source: ByteSource, header: number): Generator<Chunk> {
  const count = source.bytes[source.seek(6, 1)] ?? 0;
  for (let at = header; at < header + count * TOC_BYTES; at += TOC_BYTES) {
    if (at + 2 * TOC_BYTES > source.length) return;
    const end = Math.min(offsetAt(source, at + TOC_BYTES + 4), source.length);
    yield { name: textAt(source, at), start: offsetAt(source, at + 4), end };
  }
}

function textAt(source: ByteSource, at: number): string {
  const start = source.seek(at, 4);
  return source.bytes.toString('latin1', start, start + 4);
}

function offsetAt(source: ByteSource, at: number): number {
  const start = source.seek(at, 8);
  return Number(source.bytes.readBigUInt64BE(start));
}

function* idsIn(source: ByteSource, tables: readonly Chunk[], idBytes: number): Generator<ObjectId> {
  for (const { start, end } of tables) {
    for (let at = start; at + idBytes <= end; at += idBytes) {
      const found = source.seek(at, idBytes);
      yield source.bytes.toString('hex', found, found + idBytes);
    }
  }
}
