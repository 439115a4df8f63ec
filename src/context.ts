import type { OpenContext } from '#cli/command.ts';
import type { EvidenceParts } from '#ports/boundary/evidence.ts';
import type { HarnessEventName } from '#domain/harness/harness-event.ts';
import type { Harness } from '#domain/harness/integration.ts';
import type { BareRepository } from '#git/server/bare-repository.ts';
import type { HarnessFiles, HarnessHome } from '#ports/boundary/harness-ports.ts';
import type { SecretChannel } from '#ports/keys.ts';
import type { PushTurn } from '#ports/server/push-turn.ts';
import type { Surroundings } from '#ports/surroundings.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';

/** Nothing had its name when it was asked for; throws `OUTPUT_EXISTS` else, then and when it is written. */
export interface NewFile {
  /** 0600, complete or not at all; durable on return. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** A repository that is pushed to, with what git runs there. */
export type Server = Workspace &
  Pick<BareRepository, 'incoming' | 'serverHooks'> & { readonly turn: PushTurn };

/** A clone that was made with git. */
export interface ClonedGit {
  /** Absolute. */
  readonly directory: string;
  /** The command as if it was started there. */
  readonly inside: Context;
  /** Takes the whole clone away again. */
  readonly discard: () => void;
}

/** Where a harness is told of heddle, and heddle of a harness. */
export interface HarnessSurroundings {
  readonly home: HarnessHome;
  readonly files: HarnessFiles;
  /** The command line by which a harness calls heddle at an event, for a shell: absolute paths alone. */
  readonly commandOf: (harness: Harness) => (event: HarnessEventName) => string;
  /** The user's home, absolute. */
  readonly userHome: string;
  /** The file that Claude Code reads a session's variables from; null at other events. */
  readonly environmentFile: string | null;
}

/**
 * What a command reaches the world through. Everything is made at its first use, so that a verb pays only for
 * what it needs: the adapters are imported then, and not before. `composition/` makes one.
 */
export interface Context extends OpenContext {
  machine(): Promise<Machine>;
  /** Loads what a decision needs while the rest is opened; what fails is told when it is asked for. */
  expectDecision(): Promise<void>;
  /** The repository around the current directory. Throws `NOT_A_REPOSITORY`, `BARE_REPOSITORY`, … */
  workspace(): Promise<Workspace>;
  /**
   * The bare repository around the current directory, which is pushed to. Throws `NOT_A_REPOSITORY`, `NOT_BARE`, …
   *
   * @param incoming where git keeps what a push brings until it is accepted; null for none.
   */
  server(incoming: string | null): Promise<Server>;
  /** The same as its hooks see it, with the keys and secrets of its own home; the credential is the caller's. */
  serverWithHome(home: string): Promise<Server>;
  /**
   * Where the keys and secrets of a server are kept, absolute, made where it is not there: what was typed, or a directory
   * among the caller's own. Throws `KEY_FILE_MODE`, `IO_FAILED`.
   */
  serverHome(typed: string | null): Promise<string>;
  /** The same; null outside a repository. */
  findWorkspace(): Promise<Workspace | null>;
  /** Clones another repository with git, without anything of heddle; into a directory, or one named for the address. */
  cloneGit(order: {
    readonly address: string;
    readonly directory: string | null;
    readonly branch: string | null;
  }): Promise<ClonedGit>;
  /** Makes a Git repository here where there is none; true where it did. */
  ensureGit(): Promise<boolean>;
  /** An absolute path for one that was typed. */
  resolvePath(path: string): string;
  /**
   * The path from the work tree's root for one that was typed in the current directory, whether or not anything
   * is there. What lies outside comes back as it was typed: it is for the path canonicaliser to refuse.
   */
  pathFromRoot(path: string): Promise<string>;
  /** What making and verifying evidences takes; no repository is needed. */
  evidence(): Promise<EvidenceParts>;
  /** What lies around the records of this repository. Throws as {@link Context.workspace} does. */
  surroundings(): Promise<Surroundings>;
  /** A file, or standard input for `-`; at most `maxBytes`. Throws `NOT_FOUND`, `IO_FAILED`. */
  readInput(path: string, maxBytes: number): Promise<Uint8Array>;
  /** A file that is not there yet. */
  newFile(path: string): Promise<NewFile>;
  /** The harness that was wired to this clone; null for none. One look for a directory where none ever was. */
  wiredHarness(): Promise<Harness | null>;
  /** What wiring a harness takes. Throws as {@link Context.workspace} does. */
  harness(): Promise<HarnessSurroundings>;
  /** SHA-256 in hexadecimal, for formats of other tools. */
  sha256(): Promise<(text: string) => string>;
  /** The whole environment, for a program that is started with some of it. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The run that this process belongs to, as it was told; null for none. */
  readonly run: string | null;
  /** Another context of the same command, which opens everything anew. */
  again(): Context;
  /** A descriptor that was inherited, for a secret. Throws `USAGE` where it is not open, or keeps what it gets. */
  secretChannel(descriptor: number): Promise<SecretChannel>;
}
