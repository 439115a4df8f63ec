import type { ObjectId } from '#ports/objects.ts';
import type { Hits, Probe, ProbeStream } from '#git/erase/needles.ts';
import { CatFile, type ObjectHeader } from '#git/objects/cat-file.ts';
import type { Progress } from '#ports/platform.ts';
import type { GitRunner } from '#git/run.ts';
import { loosePath, type Inventory } from './inventory.ts';
import { inflateFile } from './loose-object.ts';
import { inPortions } from '#git/erase/ids/portions.ts';
import { IdSet, type IdNumbers } from '#git/erase/ids/id-numbers.ts';
import type { PackIds } from '#git/erase/ids/pack-ids.ts';

/** Blobs up to this size are handed on whole. */
const WHOLE_BLOB = 1024 * 1024;
/** Larger trees and commits are no help to anybody and are handed on without content. */
const WHOLE_OTHER = 256 * 1024 * 1024;
const LONGEST_HEADER = 64;

/** One object, looked through. */
export interface SeenObject<H = Hits> {
  readonly id: ObjectId;
  /** `blob`, `tree`, `commit`, `tag`, or `damaged`: a loose file that is not what its name says. */
  readonly kind: string;
  readonly hits: H;
  /** Undefined for what is too large to be held at once. */
  readonly content: Buffer | undefined;
}

export interface ObjectSource {
  readonly runner: GitRunner;
  readonly objectsDir: string;
  readonly inventory: Inventory;
  readonly numbers: IdNumbers;
  /** Is told how far it is. */
  readonly tell?: Progress['step'] | undefined;
}

/**
 * Looks through objects of an inventory, each once: loose ones from their files, packed ones by way of git, which
 * resolves deltas. Memory is bounded by the largest tree. Throws `OBJECT_CORRUPT` for a damaged pack.
 */
export async function readObjects<H>(
  { runner, objectsDir, inventory, numbers, tell }: ObjectSource,
  wanted: (id: ObjectId) => boolean,
  { needles, see: receive }: { readonly needles: Probe<H>; readonly see: (object: SeenObject<H>) => void },
): Promise<void> {
  let done = 0;
  let total: number | null = null;
  const see = (object: SeenObject<H>): void => {
    receive(object);
    done += 1;
    tell?.('looking through objects', done, total);
  };
  for (const id of inventory.loose) {
    if (wanted(id)) see(await readLoose(loosePath(objectsDir, id), id, needles));
  }
  total = done;
  const source = { inventory, numbers };
  for (const _ of packedOnly(source, wanted, (ids) => ids)) total += 1;
  if (total === done) return;
  const git = new CatFile(runner);
  try {
    const packed = packedOnly(source, wanted, (ids) => ids.inPackOrder());
    for (const ids of inPortions(packed)) await readPacked(git, ids, { needles, see });
  } finally {
    await git.close();
  }
}

/** Wanted objects that are not loose, each once. */
function* packedOnly(
  { inventory: { loose, packs }, numbers }: Pick<ObjectSource, 'inventory' | 'numbers'>,
  wanted: (id: ObjectId) => boolean,
  inOrder: (ids: PackIds) => Iterable<ObjectId>,
): Generator<ObjectId> {
  // One pack alone has nothing twice.
  const seen = packs.length > 1 ? new IdSet(numbers) : undefined;
  for (const { ids } of packs) {
    for (const id of inOrder(ids)) {
      if (!loose.has(id) && wanted(id) && seen?.addNumber(numbers.of(id)) !== false) yield id;
    }
  }
}

/** Looks through one loose object. */
export async function readLoose<H>(path: string, id: ObjectId, needles: Probe<H>): Promise<SeenObject<H>> {
  const collector = new Collector(needles);
  let head: Buffer | undefined = Buffer.alloc(0);
  await inflateFile(path, (piece) => {
    if (head === undefined) return collector.push(piece);
    head = Buffer.concat([head, piece]);
    const nul = head.subarray(0, LONGEST_HEADER).indexOf(0);
    if (nul === -1 && head.length < LONGEST_HEADER) return;
    const match = /^(blob|tree|commit|tag) (\d{1,15})$/.exec(head.toString('latin1', 0, Math.max(nul, 0)));
    if (match?.[1] === undefined) collector.start('damaged', Number.MAX_SAFE_INTEGER);
    else collector.start(match[1], Number(match[2]));
    const rest = match === null ? head : head.subarray(nul + 1);
    head = undefined;
    collector.push(rest);
  });
  return collector.finish(id);
}

async function readPacked<H>(
  git: CatFile,
  ids: readonly ObjectId[],
  { needles, see }: { readonly needles: Probe<H>; readonly see: (object: SeenObject<H>) => void },
): Promise<void> {
  let collector = new Collector(needles);
  await git.contents(ids, {
    header: (_index, header: ObjectHeader | 'missing') => {
      collector = new Collector(needles);
      if (header !== 'missing') collector.start(header.kind, header.size);
    },
    piece: (_index, piece) => collector.push(piece),
    end: (index) => see(collector.finish(ids[index] ?? '')),
  });
}

/** Gathers one object's content where it is small, and searches it in any case. */
class Collector<H> {
  readonly #needles: Probe<H>;
  #kind = 'damaged';
  #size = 0;
  #whole: Buffer[] | undefined;
  readonly #stream: ProbeStream<H>;
  #length = 0;

  constructor(needles: Probe<H>) {
    this.#needles = needles;
    this.#stream = needles.stream();
  }

  start(kind: string, size: number): void {
    this.#kind = kind;
    this.#size = size;
    this.#whole = size <= (kind === 'blob' ? WHOLE_BLOB : WHOLE_OTHER) ? [] : undefined;
  }

  push(piece: Uint8Array): void {
    this.#length += piece.length;
    // Pieces are views of a buffer that is reused.
    if (this.#whole === undefined) this.#stream.push(piece);
    else this.#whole.push(Buffer.from(piece));
  }

  finish(id: ObjectId): SeenObject<H> {
    const content = this.#whole === undefined ? undefined : joined(this.#whole);
    const hits = content === undefined ? this.#stream.end() : this.#needles.search(content);
    const kind = this.#length === this.#size ? this.#kind : 'damaged';
    return { id, kind, hits, content: kind === 'damaged' ? undefined : content };
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
