import type { ActorField } from '#domain/actor/actor.ts';
import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { ResultKind, Results } from '#domain/results.ts';
import type { Instant } from '#domain/time.ts';
import type { Budget } from '#domain/token/budget.ts';

/**
 * What the caller typed, checked against the command table. Asking for a name that the verb's row does not
 * have is a bug and throws; what the caller left out is null, false or an empty list.
 */
export interface CommandInput {
  /** A required argument. */
  argument(name: string): string;
  optionalArgument(name: string): string | null;
  /** What was given for the argument that takes all that is left, in order. */
  words(): readonly string[];
  /** What stands behind `--`, as it was typed; empty where there is nothing. */
  rest(): readonly string[];
  /** True where one JSON object is wanted on stdout, and nothing else. */
  readonly json: boolean;
  flag(name: string): boolean;
  text(name: string): string | null;
  /** Without the space around it. */
  reason(name: string): string | null;
  list(name: string): readonly string[];
  integer(name: string): number | null;
  /** Milliseconds. */
  duration(name: string): number | null;
  instant(name: string): Instant | null;
  operations(name: string): readonly RequestOperation[];
  budget(name: string): Budget | null;
  /** A required argument that the table restricts to roles. */
  role(name: string): Role;
  /** A required argument that the table restricts to request operations. */
  operation(name: string): RequestOperation;
}

/**
 * What a verb did. The runner prints either the result as JSON or its text; a verb renders nothing and
 * prints nothing. Refusals are thrown: `DeniedError`, `HeddleError`.
 */
export type CommandOutcome = {
  readonly [Kind in ResultKind]: {
    readonly kind: Kind;
    readonly result: Results[Kind];
    /** 1 for findings, a program's own for `run`; 0 where it is left out. */
    readonly exit?: number;
    /** Its text goes to stderr: stdout was another program's. With a style, that goes to stdout beside it. */
    readonly aside?: true;
    /** There is nothing to say in text: none of what text takes is loaded. */
    readonly silent?: boolean;
    /** Talk for stderr, one clause each, without `note: `. */
    readonly notes?: readonly string[];
    /** Another text for programs that read text; the JSON is the same. */
    readonly style?: TextStyle;
  };
}[ResultKind];

/** Texts for other programs than a terminal. */
export type TextStyle = 'porcelain' | 'line-porcelain' | 'json' | 'junit' | 'sarif';

/** How a verb talks with whoever runs it while it works; closed by the runner. */
export interface Talk {
  /**
   * Work that may take long: how much of it is done. Shown where somebody looks and it lasts longer than a second.
   *
   * @param total null where it is not known.
   */
  step(what: string, done: number, total: number | null): void;
  /** False where nobody can be asked: no terminal, or `--json`. */
  readonly asks: boolean;
  /** Asks for one line. Null where nobody can be asked, or where they left. */
  ask(question: string): Promise<string | null>;
  /** Asks for a secret, which is not shown. Null where nobody can be asked, or nothing was typed. */
  askHidden(question: string): Promise<Uint8Array | null>;
  /** Says one line to whoever can be asked; nobody else hears it. */
  say(line: string): Promise<void>;
}

/** A file in `commands/`. Method syntax on purpose: which context it takes is the composition root's business. */
export interface CommandModule {
  run(input: CommandInput, context: object, talk: Talk): Promise<CommandOutcome>;
}

/** What the command line says to the composition root; the rest it finds in the environment. */
export interface ContextOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Attribution given by flags, unchecked. */
  readonly said: Readonly<Record<ActorField, string | null>>;
  /** `can --token-file`; null where the environment or the device's session decides. */
  readonly credentialPath: string | null;
  /** `--op-id`, a lower-case UUID. */
  readonly operationId: string | null;
  /** The verb only reads, and may do so where git is missing. */
  readonly withoutGit: boolean;
  /** The verb only reads: git need not be asked before something of it is needed. */
  readonly asksGitLate: boolean;
}

/** What a context owes the runner: to end its children, whatever happened. */
export interface OpenContext {
  close(): Promise<void>;
}
