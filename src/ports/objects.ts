/** A Git object id in lower-case hexadecimal, SHA-1 or SHA-256 as the repository has it. */
export type ObjectId = string;
export type ObjectKind = 'blob' | 'tree' | 'commit';

export interface TreeEntry {
  /** Git's mode in octal: `100644`, `100755`, `120000`, `160000`, `40000`. */
  readonly mode: string;
  /** Raw bytes of the name. */
  readonly name: Uint8Array;
  readonly id: ObjectId;
}

export interface GitObject {
  readonly id: ObjectId;
  readonly kind: ObjectKind;
  readonly content: Uint8Array;
}

/** Reads Git objects. Checks what it reads against its id's length and kind; `OBJECT_CORRUPT` otherwise. */
export interface ObjectReader {
  /**
   * An object by id, `<commit>:<path>`, `<commit>~<n>` (so many first parents back) or `<commit>~<n>:<path>`;
   * undefined where there is none. Larger than `maxBytes`: `FORMAT_INVALID`.
   */
  read(name: string, maxBytes: number): Promise<GitObject | undefined>;
  /** Many at once, in order; the way to read a large number. */
  readMany(names: readonly string[], maxBytes: number): Promise<readonly (GitObject | undefined)[]>;
  /** Streams blobs in the order asked, each in pieces, so that no file needs to be in memory at once. */
  streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void>;
  /** Entries of a tree, in Git's order; undefined where there is none. */
  readTree(name: string): Promise<readonly TreeEntry[] | undefined>;
  /** Entries of many trees at once, by id and in order; undefined for what is missing. */
  readTrees(trees: readonly ObjectId[]): Promise<readonly (readonly TreeEntry[] | undefined)[]>;
  /** Every blob, link and submodule below a tree, in Git's order. */
  listFiles(tree: ObjectId): Promise<readonly FileEntry[]>;
}

export interface BlobSink {
  start(index: number, size: number): void;
  data(index: number, piece: Uint8Array): void;
  end(index: number): void;
}

export interface FileEntry {
  /** Raw bytes of the path, `/` between segments. */
  readonly path: Uint8Array;
  readonly mode: string;
  readonly id: ObjectId;
}

/** What differs between two trees at one path; renames are a deletion and an addition. */
export interface TreeChange {
  readonly path: Uint8Array;
  readonly oldMode: string | null;
  readonly oldId: ObjectId | null;
  readonly newMode: string | null;
  readonly newId: ObjectId | null;
}

export interface TreeComparer {
  /** Every difference between two trees; null stands for the empty tree. */
  compare(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<readonly TreeChange[]>;
  /**
   * Lines added and lines removed between two trees, together. Every file counts as text, whatever attributes or a
   * zero byte say: what does not count could be changed for nothing. Throws `GIT_MISSING` where there is no git.
   */
  countLines(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<number>;
  /** A unified patch for people, git's own, without external diff or textconv. Paths limit it. */
  patch(oldTree: ObjectId | null, newTree: ObjectId | null, options: PatchOptions): Promise<Uint8Array>;
}

export interface PatchOptions {
  readonly stat: boolean;
  readonly color: boolean;
  readonly paths: readonly string[];
}

/** Collects new objects and makes them durable in one act. */
export interface ObjectBatch {
  /** Adds an object; its id is known at once. Adding one twice is adding it once. */
  add(kind: ObjectKind, content: Uint8Array): ObjectId;
  addTree(entries: readonly TreeEntry[]): ObjectId;
  /** Durable on return (fsynced), as one pack or as loose objects by number. Empty: does nothing. */
  write(): Promise<void>;
}

export interface ObjectWriter {
  batch(): ObjectBatch;
}
