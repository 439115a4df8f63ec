import type { ActorField } from '#domain/actor/actor.ts';
import type { ResultKind } from '#domain/results.ts';
import type { CommandModule } from '#cli/command.ts';

/** How the text of an option or argument is read. */
export type ValueKind =
  | 'text'
  /** One to 1000 letters that are not only space. */
  | 'reason'
  /** May be given many times. */
  | 'list'
  | 'integer'
  /** `90s`, `15m`, `1h`, `7d`. */
  | 'duration'
  /** A UTC date, with or without a time. */
  | 'instant'
  /** Request operations, comma-separated; may be given many times. */
  | 'operations'
  /** `states=10,files=50`: amounts by kind, comma-separated. */
  | 'budget'
  | 'uuid';

export interface OptionSpec {
  /** Long name without dashes; `no-…` is a flag of its own. */
  readonly name: string;
  readonly short: string | null;
  /** Null for a flag; a placeholder in brackets may be left out, and then the value is empty. */
  readonly value: { readonly placeholder: string; readonly kind: ValueKind } | null;
  readonly summary: string;
  readonly required: boolean;
  readonly choices: readonly string[] | null;
  /** The attribution that the option states, or null where its name only looks like it. */
  readonly says: ActorField | null;
}

export interface ArgumentSpec {
  /** One that ends in `...` takes all words that are left; only the last of a verb does. */
  readonly name: string;
  readonly required: boolean;
  readonly summary: string;
  readonly choices: readonly string[] | null;
}

export interface RestSpec {
  readonly placeholder: string;
  readonly summary: string;
  /** False where it may be left out, and is no program. */
  readonly required: boolean;
}

/** One row of the command table: all that parser, help and man page know about a verb. */
export interface VerbSpec {
  /** `['token', 'mint']`. */
  readonly path: readonly string[];
  /** Imperative, without a full stop. */
  readonly summary: string;
  /** Sentences for `help VERB` and the man page. */
  readonly details: readonly string[];
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** What stands behind `--`: a command line of another program, or words; null for a verb that takes nothing there. */
  readonly rest: RestSpec | null;
  /** Names of options of which exactly one has to be given. */
  readonly exactlyOne: readonly string[];
  /** Groups of names of which at least one has to be given each. */
  readonly atLeastOne: readonly (readonly string[])[];
  /** Names of options that exclude each other. */
  readonly atMostOne: readonly string[];
  readonly examples: readonly { readonly argv: readonly string[]; readonly does: string }[];
  /** On the first screen of help. */
  readonly everyday: boolean;
  readonly paged: boolean;
  /** Only reads what git stored: works where there is no git, too. */
  readonly withoutGit: boolean;
  /** Only reads, and seldom more than a few objects: git is asked nothing before it is needed. So are those above. */
  readonly asksGitLate: boolean;
  readonly answer: ResultKind | 'help';
  /** What it answers instead where an option asks for that. */
  readonly also: readonly ResultKind[];
  /** Null for what the command line answers by itself. */
  readonly load: (() => Promise<CommandModule>) | null;
}

type Row = Pick<VerbSpec, 'summary' | 'answer' | 'load'> & Partial<Omit<VerbSpec, 'path'>>;

/** Makes a row; `name` is the path with spaces. */
export function verb(name: string, row: Row): VerbSpec {
  return {
    path: name.split(' '),
    details: [],
    arguments: [],
    options: [],
    rest: null,
    exactlyOne: [],
    atLeastOne: [],
    atMostOne: [],
    examples: [],
    everyday: false,
    paged: false,
    also: [],
    withoutGit: false,
    asksGitLate: false,
    ...row,
  };
}

/** A required argument, or an optional one where the name is in brackets. */
export function argument(
  name: string,
  summary: string,
  choices: readonly string[] | null = null,
): ArgumentSpec {
  const optional = /^\[(.+)\]$/.exec(name)?.[1];
  return { name: optional ?? name, required: optional === undefined, summary, choices };
}

type Extra = Partial<Pick<OptionSpec, 'required' | 'choices' | 'says'>>;

/** An option that takes nothing: `-x, --name`. */
export function flag(usage: string, summary: string): OptionSpec {
  return { ...names(usage), value: null, summary, required: false, choices: null, says: null };
}

/** An option with a value: `-x, --name PLACEHOLDER`. */
export function option(usage: string, kind: ValueKind, summary: string, extra: Extra = {}): OptionSpec {
  const placeholder = usage.slice(usage.lastIndexOf(' ') + 1);
  const value = { placeholder, kind };
  return { ...names(usage), value, summary, required: false, choices: null, says: null, ...extra };
}

function names(usage: string): Pick<OptionSpec, 'name' | 'short'> {
  const match = /^(?:-(\w), )?--([a-z-]+)(?: \S+)?$/.exec(usage);
  if (match?.[2] === undefined) throw new Error(`invariant: ${usage} is how an option is written`);
  return { name: match[2], short: match[1] ?? null };
}

/** The verb as people type it, without `heddle`. */
export function verbName(spec: VerbSpec): string {
  return spec.path.join(' ');
}
