import type { ClientHook } from '#domain/hooks/hook-name.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';

/** How one hook stands in the directory that git looks into. */
export interface HookFile {
  readonly hook: ClientHook;
  /**
   * `installed`: heddle's, as it was written; `changed`: heddle's, and somebody edited it, or another heddle wrote it;
   * `foreign`: somebody else's, which heddle leaves alone; `missing`: none is there.
   */
  readonly status: 'installed' | 'changed' | 'foreign' | 'missing';
  /** True where what stood there before is kept beside it, and runs first. */
  readonly chained: boolean;
  /** SHA-256 of the file, in hexadecimal; null where there is none. */
  readonly digest: string | null;
}

/** A program that writes hooks by itself, and would write over heddle's. */
export interface HookManager {
  readonly name: 'husky' | 'lefthook' | 'pre-commit';
  /** Where the line belongs, from the work tree's root. */
  readonly file: string;
  /** The one line to add. */
  readonly line: string;
  /** The file has it, as far as can be seen without running anything. */
  readonly asks: boolean;
  /** The hooks that it has. */
  readonly hooks: readonly ClientHook[];
}

/** A setting of `core.hooksPath`. */
export interface HooksPathSetting {
  /** `system`, `global`, `local`, `worktree` or `environment`. */
  readonly scope: string;
  readonly value: string;
}

/** Everything about hooks that can be seen in a clone. */
export interface HookPlace {
  /** Where git looks for hooks, absolute. */
  readonly directory: string;
  /** The setting that says so; null for the usual place. */
  readonly setting: HooksPathSetting | null;
  /** All settings of the path, the one that counts last. */
  readonly settings: readonly HooksPathSetting[];
  /** Where heddle's hooks were installed; null where they are not. */
  readonly installed: string | null;
  /** Whether the program that the hooks start is still there; null where nothing is installed. */
  readonly program: { readonly path: string; readonly there: boolean } | null;
  readonly hooks: readonly HookFile[];
  readonly managers: readonly HookManager[];
}

/** What became of hooks at an installation, or when they were taken away. */
export interface HookChange {
  readonly place: HookPlace;
  /** Written anew, or taken away; empty where all was so before. */
  readonly changed: readonly ClientHook[];
}

/** What a trial in a scratch repository with the same hooks has shown. */
export interface HookTrial {
  readonly refused: boolean;
  /** What git said, cleaned; empty where it was refused as it should be. */
  readonly said: string;
}

/** A person may commit whatever holds no secret, until something of this changes. */
export interface StandingPass {
  /** In milliseconds since 1970. */
  readonly until: number;
  /** The branch, as a ref. */
  readonly branch: string;
  /** What the authority's ref led to when it was decided. */
  readonly authority: ObjectId;
}

/** Git's hooks of a clone. */
export interface Hooks {
  /** Whether the clone says that heddle's hooks were installed; costs one look. */
  installed(): boolean;
  inspect(): Promise<HookPlace>;
  /** The same for another worktree of the clone; undefined where its directory is gone. */
  inspectAt(worktree: {
    readonly directory: string;
    readonly gitDir: string;
  }): Promise<HookPlace | undefined>;
  /**
   * The hooks that an installation would write, none where all stands. Throws `HOOKS_PATH_SHARED` where it would write
   * none at all.
   */
  wanted(): Promise<readonly ClientHook[]>;
  /**
   * Writes heddle's hooks; what stood there is kept beside them and runs first. Hooks of a manager are left to it. Each
   * file is replaced in one step, and all are durable on return. Doing it twice is doing it once. Throws
   * `HOOKS_PATH_SHARED` where the directory is that of other repositories, too.
   */
  install(): Promise<HookChange>;
  /** Takes heddle's hooks away, and puts back what stood there, byte for byte. */
  uninstall(): Promise<HookChange>;
  /** Tries, in a scratch repository with the same hooks, an update that they have to refuse. */
  tryEffect(): Promise<HookTrial>;
  /** What is about to be committed, against the commit that is checked out. */
  staged(indexFile: string | null): Promise<readonly TreeChange[]>;
  /** The branch that is checked out, as a ref, and its commit; null for a detached `HEAD` and an unborn branch. */
  head(): Promise<{ readonly branch: string | null; readonly commit: ObjectId | null }>;
  /** What refs are now, by name; without those that are not there. */
  currentRefs(names: readonly string[]): Promise<ReadonlyMap<string, ObjectId>>;
  /** Whether commits of Git lead to one that no ref has. */
  bringsNew(tips: readonly ObjectId[]): Promise<boolean>;
  /** Every object that tips bring to a remote, as far as it is known what that has. */
  outgoing(tips: readonly ObjectId[], remote: string): Promise<readonly ObjectId[]>;
  /** The commits among them, with their parents. */
  outgoingCommits(
    tip: ObjectId,
    remote: string,
  ): Promise<readonly { readonly commit: ObjectId; readonly parents: readonly ObjectId[] }[]>;
  /** The message that git is about to show or take, by the file that it names; undefined for no such file. */
  readMessage(file: string): string | undefined;
  writeMessage(file: string, text: string): void;
  /** Notes that the git which started this process was allowed to move a ref away from a commit. */
  notePass(ref: string | null, old: ObjectId | null): void;
  /** Notes that heddle need not be asked for such a commit. Nothing of it is durable, and whoever writes the clone can. */
  noteStanding(pass: StandingPass): void;
}
