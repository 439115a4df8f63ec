import type { Variables } from '#platform/environment.ts';
import { converse, type Conversation } from '#platform/conversation.ts';
import { runChild, type Argv, type ChildOptions, type ChildOutcome } from '#platform/spawn.ts';
import { FIXED_SETTINGS, settingVariables, type Setting } from './environment.ts';
import { gitFailure } from './failure.ts';
import type { RememberedAnswers } from './remembered-answers.ts';
import {
  environmentWithin,
  type GitSurroundings,
  type NetworkGround,
  type ObjectPlaces,
  type ScratchPlaces,
} from './surroundings.ts';
import { readTrace, TRACE } from './version/trace.ts';

/** Most bytes of output unless a call says more. */
const USUAL_OUTPUT_BYTES = 16 * 1024 * 1024;
/** What lists paths or shows patches may write. */
export const LARGE_OUTPUT_BYTES = 1024 * 1024 * 1024;
const PIECE = 65_536;
const USUAL_DEADLINE_MS = 60_000;
/** For what reads or writes a whole work tree. */
export const LONG_DEADLINE_MS = 3_600_000;

export interface GitCall {
  /** Command and arguments, as they are; paths behind `--`, or on standard input. */
  readonly args: readonly [command: string, ...args: string[]];
  readonly stdin?: NonNullable<ChildOptions['stdin']>;
  /** Exit codes that are answers, 0 aside. */
  readonly accept?: readonly number[];
  readonly indexFile?: string;
  readonly settings?: readonly Setting[];
  /** Settings that stand in for the fixed ones of the same name. */
  readonly instead?: readonly Setting[];
  readonly maxOutputBytes?: number;
  readonly deadlineMs?: number;
  /** Git says its version, too: a child less than asking for it. */
  readonly tellsVersion?: boolean;
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  /** Warnings of a git that succeeded; foreign text. */
  readonly stderr: Buffer;
  /** What git said of itself, where the call asked for it and git is as new as 2.22; else null. */
  readonly version: string | null;
}

interface Surroundings extends GitSurroundings {
  readonly fixed?: readonly Setting[];
  readonly before?: () => Promise<void>;
  readonly remembered?: RememberedAnswers<GitAnswer>;
}

/** The one place that runs git: argument arrays, the fixed environment and settings, a deadline, bounded output. */
export class GitRunner {
  readonly #cwd: string;
  readonly #inherited: Variables;
  readonly #beside: readonly string[];
  readonly #objects: ObjectPlaces | undefined;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #before: (() => Promise<void>) | undefined;
  readonly #fixed: readonly Setting[];
  readonly #remembered: RememberedAnswers<GitAnswer> | undefined;

  /**
   * @param bound the directory is a work tree's root: git must not look for a repository above it.
   * @param gitDir the Git directory, where git is not to look for one at all.
   * @param objects where objects are, if not in the repository alone, here and for whatever is made of this: what that
   *   writes elsewhere still reads them.
   * @param beside object directories that are read too, here and by whatever is made of this: what a push brought.
   * @param before what each call waits for, here and of whatever is made of this: it throws where git is not to be run.
   * @param remembered what git said already of this work tree, here and for whatever is made of this in the same one.
   */
  constructor(
    cwd: string,
    inherited: Variables,
    { fixed = FIXED_SETTINGS, before, remembered, ...around }: Surroundings = {},
  ) {
    this.#cwd = cwd;
    this.#inherited = inherited;
    this.#beside = around.beside ?? [];
    this.#objects = around.objects;
    this.#before = before;
    this.#fixed = fixed;
    this.#remembered = remembered;
    this.#environment = environmentWithin({ cwd, inherited }, around);
  }

  /** The same in another work tree. */
  at(worktree: string): GitRunner {
    return this.#like(worktree, { bound: true });
  }

  /** The same in a plain repository's work tree, where git is asked once what it says each time. */
  remembering(worktree: string, remembered: RememberedAnswers<GitAnswer>): GitRunner {
    return this.#like(worktree, { bound: true, remembered });
  }

  /** The same, where no child is started before `check` resolves; each asks it. */
  checked(check: () => Promise<void>): GitRunner {
    return this.#like(this.#cwd, { bound: true, before: check });
  }

  #like(cwd: string, surroundings: Omit<Surroundings, 'beside'>): GitRunner {
    const isHere = cwd === this.#cwd && surroundings.gitDir === undefined;
    return new GitRunner(cwd, this.#inherited, {
      ...this.#known(surroundings.objects),
      ...this.#checked(),
      ...(isHere && this.#remembered !== undefined ? { remembered: this.#remembered } : {}),
      ...surroundings,
    });
  }

  #known(objects: ObjectPlaces | undefined): Pick<Surroundings, 'objects' | 'beside'> {
    const own = this.#objects;
    if (own === undefined) return { beside: this.#beside };
    return objects === undefined
      ? { objects: own, beside: this.#beside }
      : { beside: [...this.#beside, own.written] };
  }

  #checked(): Pick<Surroundings, 'before'> {
    return this.#before === undefined ? {} : { before: this.#before };
  }

  /** The same where neither a repository nor a configuration file is looked at. */
  withoutConfiguration(): GitRunner {
    const nothing = {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    const own = { gitDir: '/dev/null', variables: nothing, ...this.#checked() };
    return new GitRunner('/', this.#inherited, own);
  }

  /** The same, with the configuration files that git itself would read here: for what is told and runs nothing. */
  asTheUser(): GitRunner {
    const named = ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'].flatMap((name) => {
      const value = this.#inherited[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return new GitRunner(this.#cwd, this.#inherited, {
      bound: true,
      variables: Object.fromEntries(named),
      ...this.#checked(),
    });
  }

  /** The same from here, with another Git directory: a linked worktree's, or a submodule's. */
  withGitDir(gitDir: string): GitRunner {
    return this.#like(this.#cwd, { gitDir });
  }

  /**
   * The same in this work tree, where git writes objects into a directory that does not last, and reads a repository's
   * beside them.
   */
  withObjects({ written, read }: ObjectPlaces): GitRunner {
    return this.#like(this.#cwd, { bound: true, objects: { written, read, isFleeting: true } });
  }

  /** The same in this work tree, for a git that reaches other repositories. */
  reaching({ fixed, variables }: NetworkGround, objects?: ObjectPlaces): GitRunner {
    const written = objects === undefined ? {} : { objects };
    return this.#like(this.#cwd, { bound: true, fixed, variables, ...written });
  }

  /** The environment that was handed in: what of it reaches a git is decided with each. */
  get inherited(): Variables {
    return this.#inherited;
  }

  /** The same for a Git directory elsewhere. */
  inScratch({ gitDir, worktree, objects, shallow }: ScratchPlaces): GitRunner {
    const variables = { GIT_WORK_TREE: worktree, GIT_SHALLOW_FILE: shallow };
    return this.#like(worktree, { gitDir, objects, variables });
  }

  /** Runs git to its end. Throws what {@link gitFailure} makes of any exit but 0 and the accepted ones. */
  async run(call: GitCall): Promise<GitAnswer> {
    await this.#before?.();
    const outcome = await runChild(this.#argv(call.args, call.instead), {
      cwd: this.#cwd,
      env: this.#environmentOf(call),
      maxOutputBytes: call.maxOutputBytes ?? USUAL_OUTPUT_BYTES,
      deadlineMs: call.deadlineMs ?? USUAL_DEADLINE_MS,
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
    });
    const { kind, code, stdout } = outcome;
    const { version, stderr } = call.tellsVersion === true ? readTrace(outcome.stderr) : untraced(outcome);
    const accepted = kind === 'exited' && code !== null && [0, ...(call.accept ?? [])].includes(code);
    if (!accepted) throw gitFailure(call.args[0], { ...outcome, stderr });
    return { code, stdout, stderr, version };
  }

  /** The same, or what git said to the same arguments before, where that is remembered. */
  async ask(call: Pick<GitCall, 'args' | 'accept' | 'tellsVersion'>): Promise<GitAnswer> {
    const asked = this.#remembered?.ask(call.args.join('\0'), () => this.run(call));
    return asked ?? this.run(call);
  }

  /**
   * Runs git to its end and hands its output on as it comes; returns the exit code, 0 or an accepted one. Throws as
   * {@link run} does, and what `take` throws.
   */
  async stream(
    call: Omit<GitCall, 'stdin'> & { readonly stdin?: Uint8Array },
    take: (piece: Uint8Array) => void,
  ): Promise<number> {
    const { args, instead, accept = [], deadlineMs = USUAL_DEADLINE_MS } = call;
    await this.#before?.();
    const child = converse(this.#argv(args, instead), {
      cwd: this.#cwd,
      env: this.#environmentOf(call),
      deadlineMs,
    });
    // A git that ends before it has read all says why by its code.
    if (call.stdin !== undefined) void child.write(call.stdin).catch(() => undefined);
    child.closeInput();
    try {
      for (
        let piece = await child.readPiece(PIECE);
        piece !== undefined;
        piece = await child.readPiece(PIECE)
      ) {
        take(piece);
      }
    } catch (error) {
      await child.kill();
      throw error;
    }
    const code = await child.end();
    if (code !== null && [0, ...accept].includes(code)) return code;
    const kind = child.pid === null ? 'missing' : code === null ? 'signalled' : 'exited';
    throw gitFailure(args[0], { kind, code, reason: null, stderr: child.stderr() });
  }

  /** Starts a git to talk to. */
  async converse(args: GitCall['args'], deadlineMs: number = USUAL_DEADLINE_MS): Promise<Conversation> {
    await this.#before?.();
    return converse(this.#argv(args), { cwd: this.#cwd, env: this.#environment, deadlineMs });
  }

  #argv(args: readonly string[], instead: readonly Setting[] = []): Argv {
    // The last one of a name counts.
    const settings = [...this.#fixed, ...instead];
    return ['git', ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]), ...args];
  }

  #environmentOf({
    indexFile,
    settings = [],
    tellsVersion = false,
  }: GitCall): Readonly<Record<string, string>> {
    return {
      ...this.#environment,
      ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
      ...(settings.length === 0 ? {} : settingVariables(settings)),
      ...(tellsVersion ? TRACE : {}),
    };
  }
}

function untraced({ stderr }: ChildOutcome): Pick<GitAnswer, 'version' | 'stderr'> {
  return { version: null, stderr };
}
