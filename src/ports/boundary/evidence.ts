import type { EvidenceContents } from '#domain/evidence/evidence-codec.ts';
import type { GitObject, ObjectId, ObjectReader, TreeComparer } from '#ports/objects.ts';
import type { Revisions } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Where objects of an evidence come from. */
export type EvidenceSource = Pick<ObjectReader, 'read' | 'streamBlobs'>;

/** Reads objects without git, and remembers each: what a verification read is what an evidence holds. */
export interface EvidenceReader {
  readonly ports: {
    readonly objects: ObjectReader;
    readonly comparer: TreeComparer;
    readonly revisions: Revisions;
  };
  /** In order of their ids. */
  taken(): readonly GitObject[];
  /** How many contents were asked for and are left out. */
  leftOut(): number;
}

/** What making and verifying evidences takes. */
export interface EvidenceParts {
  /** A workspace without a repository: it has no refs, no log and no records, and nothing can be written. */
  readonly nowhere: Workspace;
  /** Throws `EVIDENCE_REFUSED` where more is read than an evidence may hold. */
  readerOf(source: EvidenceSource, contents: EvidenceContents): EvidenceReader;
  /** Objects out of an evidence, each as Git hashes it, by id; hashed when they are read. */
  sourceOf(stored: ReadonlyMap<ObjectId, Uint8Array>, contents: EvidenceContents): EvidenceSource;
  /** An object as Git hashes it. */
  encodeObject(object: GitObject): Uint8Array;
}
