import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { LARGEST_EVIDENCE, type EvidenceContents } from '#domain/evidence/evidence-codec.ts';
import { EMPTY_TREE, hashObject } from '#git/objects/hash.ts';
import { checkSize, corrupt } from '#git/objects/object-name.ts';
import {
  NamedObjects,
  type AcceptObject,
  type ObjectStore,
  type StoredObject,
} from '#git/plain/named-objects.ts';
import { compareTrees } from '#git/plain/compare-trees.ts';
import { PureRevisions } from './revisions.ts';
import type { EvidenceReader, EvidenceSource } from '#ports/boundary/evidence.ts';
import { noGit } from './no-git.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { BlobSink, GitObject, ObjectId } from '#ports/objects.ts';

const HEADER = /^(blob|tree|commit) (0|[1-9][0-9]{0,11})$/;

/** Reads from a source, and keeps everything that was read. */
class KeptObjects implements ObjectStore {
  readonly #source: EvidenceSource;
  readonly #kept = new Map<ObjectId, GitObject>();
  #bytes = 0;

  constructor(source: EvidenceSource) {
    this.#source = source;
  }

  async read(id: ObjectId, accept: AcceptObject): Promise<StoredObject | undefined> {
    // Every reader knows this one; not every store has it.
    if (id === EMPTY_TREE) return undefined;
    const object = this.#kept.get(id) ?? (await this.#source.read(id, LARGEST_EVIDENCE));
    if (object === undefined) return undefined;
    accept({ id, kind: object.kind, size: object.content.length });
    this.#keep(object);
    return object;
  }

  taken(): readonly GitObject[] {
    return [...this.#kept.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #keep(object: GitObject): void {
    if (this.#kept.has(object.id)) return;
    this.#bytes += object.content.length;
    if (this.#bytes > LARGEST_EVIDENCE) {
      throw new HeddleError('EVIDENCE_REFUSED', 'the evidence would be too large', {
        facts: { limit: LARGEST_EVIDENCE },
        preserved: 'nothing was written',
      });
    }
    this.#kept.set(object.id, object);
  }
}

/** Passes contents by that are left out. */
class EvidenceObjects extends NamedObjects {
  readonly leftOut = new Set<ObjectId>();
  readonly #source: EvidenceSource;
  readonly #contents: EvidenceContents;

  constructor(store: KeptObjects, source: EvidenceSource, contents: EvidenceContents) {
    super(store, new Set());
    this.#source = source;
    this.#contents = contents;
  }

  override async streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void> {
    if (this.#contents === 'included') return super.streamBlobs(ids, sink);
    for (const id of ids) this.leftOut.add(id);
    return this.#source.streamBlobs(ids, sink);
  }
}

/** Reads objects without git, and remembers each. */
export function readerOf(source: EvidenceSource, contents: EvidenceContents): EvidenceReader {
  const kept = new KeptObjects(source);
  const objects = new EvidenceObjects(kept, source, contents);
  return {
    ports: {
      objects,
      comparer: {
        compare: (before, after) => compareTrees(objects, before, after),
        // Another algorithm than git's would count other lines.
        countLines: refuse,
        patch: refuse,
      },
      revisions: new PureRevisions(objects),
    },
    taken: () => kept.taken(),
    leftOut: () => objects.leftOut.size,
  };
}

/** Objects out of an evidence; what is not there of left-out contents is nobody's to check. */
export function sourceOf(
  stored: ReadonlyMap<ObjectId, Uint8Array>,
  contents: EvidenceContents,
): EvidenceSource {
  const read = (id: ObjectId): GitObject | undefined => {
    const bytes = stored.get(id);
    return bytes === undefined ? undefined : decodeObject(id, bytes);
  };
  return {
    read: (id, maxBytes) =>
      new Promise((resolve) => {
        const object = read(id);
        if (object !== undefined) checkSize({ id, size: object.content.length }, maxBytes);
        resolve(object);
      }),
    streamBlobs: () => (contents === 'left-out' ? Promise.resolve() : Promise.reject(corrupt('a content'))),
  };
}

/** A workspace around no repository. */
export function nowhereOf(
  rest: Omit<Workspace, 'places' | 'directory' | 'objects' | 'refs' | 'comparer' | 'revisions'>,
): Workspace {
  const { ports } = readerOf(sourceOf(new Map(), 'included'), 'included');
  return {
    ...rest,
    ...ports,
    places: { worktree: '/', gitDir: '/', commonDir: '/', objectFormat: 'sha1' },
    directory: '/',
    refs: {
      list: () => Promise.resolve(new Map()),
      read: () => Promise.resolve(undefined),
      readBranch: refuse,
      prepare: refuse,
      removeStaleLocks: refuse,
    },
  };
}

function refuse(): Promise<never> {
  return Promise.reject(noGit());
}

/** An object as Git hashes it. */
export function encodeObject({ kind, content }: GitObject): Uint8Array {
  return concatBytes(utf8(`${kind} ${content.length}\0`), content);
}

function decodeObject(id: ObjectId, bytes: Uint8Array): GitObject {
  const end = bytes.subarray(0, 32).indexOf(0);
  const [, kind, size] =
    HEADER.exec(Buffer.from(bytes.subarray(0, Math.max(end, 0))).toString('latin1')) ?? [];
  const content = bytes.subarray(end + 1);
  const known = kind === 'blob' || kind === 'tree' || kind === 'commit';
  if (!known || Number(size) !== content.length || hashObject(kind, content) !== id) throw corrupt(id);
  return { id, kind, content };
}
