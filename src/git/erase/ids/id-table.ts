import { readFileSync } from 'node:fs';
import type { ObjectId } from '#ports/objects.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

/*
 * Commit graphs and multi-pack indexes (gitformat-commit-graph, gitformat-pack) are files of chunks:
 *   commit graph: "CGPH" <version> <hash> <number of chunks> <number of bases>
 *   multi-pack index: "MIDX" <version> <hash> <number of chunks> <number of bases> <number of packs: 4>
 *   both: for each chunk, and once more for the end, <name: 4> <offset: 8>
 * The chunk "OIDL" is a table of ids in order.
 */

const HEADER_BYTES: Readonly<Record<string, number>> = { CGPH: 8, MIDX: 12 };
const TOC_BYTES = 12;

/** The chunks of such a file; undefined where it is none, or is damaged. */
export interface ChunkFile {
  readonly chunks: ReadonlySet<string>;
  readonly ids: Iterable<ObjectId>;
}

/** Reads which ids a commit graph or multi-pack index names; undefined where there is no such file. */
export function readIdTable(path: string, idBytes: number): ChunkFile | undefined {
  const bytes = guardFiles(path, () => {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
      throw cause;
    }
  });
  if (bytes === undefined) return undefined;
  const header = HEADER_BYTES[bytes.toString('latin1', 0, 4)];
  if (header === undefined || bytes.length < header) return { chunks: new Set(), ids: [] };
  return readChunks(bytes, header, idBytes);
}

function readChunks(bytes: Buffer, header: number, idBytes: number): ChunkFile {
  const count = bytes[6] ?? 0;
  const chunks = new Set<string>();
  let tables: readonly Buffer[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = header + index * TOC_BYTES;
    if (at + 2 * TOC_BYTES > bytes.length) break;
    const name = bytes.toString('latin1', at, at + 4);
    chunks.add(name);
    if (name !== 'OIDL') continue;
    const start = Number(bytes.readBigUInt64BE(at + 4));
    const end = Math.min(Number(bytes.readBigUInt64BE(at + TOC_BYTES + 4)), bytes.length);
    tables = [...tables, bytes.subarray(start, end)];
  }
  return { chunks, ids: { [Symbol.iterator]: () => idsIn(tables, idBytes) } };
}

function* idsIn(tables: readonly Buffer[], idBytes: number): Generator<ObjectId> {
  for (const table of tables) {
    for (let at = 0; at + idBytes <= table.length; at += idBytes)
      yield table.toString('hex', at, at + idBytes);
  }
}
