import type { Digest, TombstoneId } from '#domain/id.ts';
import type { ShunEntry } from '#domain/removal/shun-codec.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { Cut } from '#domain/removal/spans/cuts.ts';
import type { Residue, SecretForm } from '#domain/results/removal-results.ts';
import type { ObjectId } from './objects.ts';
import type { RemovedName } from './removal/names.ts';
import type { Progress } from './platform.ts';

/** One removed content, with everything that is needed to find, restore or destroy it. */
export interface RemovedContent {
  /** The blob's content, as Git stores it. */
  readonly bytes: Uint8Array;
  readonly blob: ObjectId;
  readonly kind: 'file' | 'symlink';
  /**
   * Manifest entries that hold it: content id and the salt that the manifest no longer tells; of an entry whose name
   * was hidden before, the content's key.
   */
  readonly entries: readonly { readonly file: Digest; readonly salt: string }[];
  /** What was cut out of it, as `mergeCuts` leaves it, where the rest stays; not there where all of it goes. */
  readonly cuts?: readonly Cut[];
  /**
   * Where masks of earlier tombstones stand in it, whose parts were purged before: what is left of such a content is a
   * content again. Its hidden entries have the salt of the earlier tombstone's sidecar. Not there for any other.
   */
  readonly masks?: readonly Cut[];
}

/** A sidecar that was removed. */
export interface RemovedSidecar {
  readonly record: CoveredRecord;
  /** The sidecar as it stood, its salt in it. */
  readonly bytes: Uint8Array;
  /** As Git stores it, or would. */
  readonly blob: ObjectId;
}

/** What people and agents wrote that was removed. */
export interface RemovedTexts {
  readonly sidecars: readonly RemovedSidecar[];
  /** What a purge looks for in other places. */
  readonly words: readonly string[];
}

/** What a tombstone took out of the repository, and where it stood. */
export interface QuarantinedContent {
  readonly contents: readonly RemovedContent[];
  /** Left out where no sidecar was. */
  readonly texts?: RemovedTexts;
  /** Left out where no name was. */
  readonly names?: readonly RemovedName[];
}

/**
 * Removed content, encrypted (AES-256-GCM) in `<common dir>/heddle/quarantine/<tombstone>`, each under a random
 * key of its own that lies outside the repository.
 */
export interface QuarantineStore {
  /** Key first, then file; both durable on return. Replaces what an unfinished redaction left. */
  keep(tombstone: TombstoneId, content: QuarantinedContent): Promise<void>;
  /**
   * Undefined where there is none, or where it was spent. Throws `QUARANTINE_MISSING`, with the fact `missing`
   * (`key`, `file`, `damaged`), where something of it is gone.
   */
  open(tombstone: TombstoneId): Promise<QuarantinedContent | undefined>;
  /**
   * The point of no return: in one step the key becomes a record, in the home, that this content was destroyed;
   * then the file becomes a note. Durable on return; repeating it is harmless. A copied clone leaves the key to
   * the clone that made it, as long as that stands.
   */
  spend(tombstone: TombstoneId): Promise<void>;
  /**
   * `spent` until {@link forget}: what tells a resumed purge from a quarantine that somebody lost. Nothing that
   * is written into the repository makes it `spent`.
   */
  state(tombstone: TombstoneId): Promise<'held' | 'spent' | 'none'>;
  /** Removes note, file and key; of a lifted tombstone, or once a receipt stands. Repeatable. */
  forget(tombstone: TombstoneId): Promise<void>;
  list(): Promise<readonly TombstoneId[]>;
}

/** A content that this clone refuses. */
export interface ShunnedDigest extends ShunEntry {
  /** True where only the home knows of it: somebody took it out of the repository's file. */
  readonly taken?: true;
}

/** This clone's shun list, `<common dir>/heddle/shun.json`, with what the home remembers of it: never travels. */
export interface ShunList {
  /** What either of them holds. */
  read(): Promise<readonly ShunnedDigest[]>;
  /** Adds what is not there, to both; durable on return. */
  add(entries: readonly ShunEntry[]): Promise<void>;
  /** Takes a lifted tombstone's entries off both; durable on return. */
  drop(tombstone: TombstoneId): Promise<void>;
  /** Puts back what was taken out of the repository's file. A home that remembers nothing yet takes over the file. */
  mend(): Promise<void>;
}

/** The copy of a clone's shun list that lies in the home, where nobody reaches who can only write the repository. */
export interface ShunMemory {
  /** Undefined where this home remembers nothing yet. */
  read(): Promise<readonly ShunEntry[] | undefined>;
  /** Replaces it; durable on return. Does nothing where this home has no key for the clone. */
  write(entries: readonly ShunEntry[]): Promise<void>;
}

/** A file in a work tree of this clone. */
export interface WorktreeFile {
  /** The work tree's root, absolute. */
  readonly directory: string;
  /** Raw bytes, relative to it. */
  readonly path: Uint8Array;
}

/** Looks into the files of every worktree of this clone, untracked and ignored ones too. Follows no link. */
export interface WorktreeContents {
  /** Every file or link whose bytes, as they are or as Git's filters would store them, are one of these contents. */
  find(
    contents: readonly Pick<RemovedContent, 'blob' | 'bytes' | 'kind'>[],
  ): Promise<readonly FoundWorktreeFile[]>;
  /** What stands at a path: a blob id as Git's filters would store it; undefined where no file or link does. */
  blobAt(file: WorktreeFile): Promise<ObjectId | undefined>;
  /**
   * Puts other bytes in place of `expected`, atomically, keeping kind and executable bit. False, and nothing
   * changed, where something else stands there by now.
   */
  replace(file: WorktreeFile, expected: ObjectId, bytes: Uint8Array): Promise<boolean>;
}

export interface FoundWorktreeFile extends WorktreeFile {
  readonly blob: ObjectId;
}

/** Looks for a secret in everything that this clone keeps. Changes nothing, and writes it nowhere. */
export interface SecretFinder {
  look(secret: Uint8Array): Promise<SecretLook>;
}

/** One search. */
export interface SecretLook {
  /** In which forms it stands in some bytes; empty where it does not. */
  forms(bytes: Uint8Array): readonly SecretForm[];
  /** A text without it, which may be shown. */
  mask(text: string): string;
  /** The same of a path in raw bytes, escaped. */
  maskPath(path: Uint8Array): string;
  /** Every object that git stores here, whatever reaches it, and the names in trees. Bounded memory. */
  objects(tell?: Progress['step']): Promise<FoundObjects>;
  /** Every file and link of the Git directory that is no object, and of every work tree, ignored ones too. */
  files(tell?: Progress['step']): Promise<FoundFiles>;
}

export interface FoundObjects {
  readonly searched: number;
  readonly objects: readonly {
    readonly id: ObjectId;
    /** `blob`, `tree`, `commit`, `tag`, or `damaged`. */
    readonly kind: string;
    readonly forms: readonly SecretForm[];
    /** Where history brought it in; empty of what no ref reaches, or only an index. */
    readonly seen: readonly SeenInHistory[];
    /** Where indexes stage what no history brought in. */
    readonly staged: readonly StagedAt[];
    /** True where no ref, reflog or index reaches it. */
    readonly unreachable: boolean;
  }[];
  /** Paths and refs whose name holds it. */
  readonly names: readonly { readonly name: Uint8Array; readonly forms: readonly SecretForm[] }[];
  readonly refs: readonly { readonly name: string; readonly forms: readonly SecretForm[] }[];
  /** What was not looked into; clauses. */
  readonly notSearched: readonly string[];
}

export interface SeenInHistory {
  readonly commit: ObjectId;
  /** A ref that reaches the commit, as git names it; empty where only a reflog does. */
  readonly ref: string;
  /** Raw bytes; empty of a commit itself. */
  readonly path: Uint8Array;
}

/** An entry of a worktree's index. */
export interface StagedAt {
  /** The worktree; absolute. */
  readonly directory: string;
  /** Raw bytes. */
  readonly path: Uint8Array;
}

export interface FoundFiles {
  readonly searched: number;
  readonly files: readonly {
    readonly area: 'git-dir' | 'worktree';
    /** The work tree's root, or the common directory; absolute. */
    readonly directory: string;
    /** Raw bytes, relative to it. */
    readonly path: Uint8Array;
    readonly forms: readonly SecretForm[];
    readonly compressed: boolean;
    /** True where the name holds it. */
    readonly named: boolean;
  }[];
}

/** What is to be destroyed. */
export interface Erasable {
  readonly contents: readonly Pick<RemovedContent, 'blob' | 'bytes' | 'cuts'>[];
  /** Salts that must not stay in any list of an old manifest. */
  readonly salts: readonly string[];
  /** Blobs that stood under removed names: they stay, and caches that name one and the other go. */
  readonly under?: readonly ObjectId[];
  /** Blob to the replacement that takes its place in indexes and stashes; durable objects. */
  readonly replacements: ReadonlyMap<ObjectId, ObjectId>;
  /** Which one takes a blob's place at a path, where that depends on its name. */
  readonly replacementAt?: (blob: ObjectId, path: Uint8Array) => ObjectId | undefined;
}

/** One cleaning step; each can be repeated, and killed anywhere. */
export interface EraseStep {
  readonly name: EraseStepName;
  /** Returns one clause for each thing that it destroyed. */
  run(target: Erasable): Promise<readonly string[]>;
}

export const ERASE_STEPS = [
  'resolve-undo',
  'indexes',
  'private-indexes',
  'stash',
  'reflogs',
  'pseudo-refs',
  'caches',
  'objects',
  'packs',
  'derived',
] as const;
export type EraseStepName = (typeof ERASE_STEPS)[number];

/** Destroys content in this clone's Git storage, and finds where it still stands. */
export interface Eraser {
  /** In the order in which they have to run. */
  readonly steps: readonly EraseStep[];
  /**
   * Every place of this clone that holds the content or would keep it alive: files under the common directory and
   * the worktrees, raw and inflated. Changes nothing.
   */
  survey(target: Erasable, tell?: Progress['step']): Promise<readonly Residue[]>;
  /** Shows the id of every blob that this clone stores, whatever reaches it; alternates included. Changes nothing. */
  eachBlob(look: (blob: ObjectId) => void): Promise<void>;
}
