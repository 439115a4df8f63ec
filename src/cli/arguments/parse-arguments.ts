import { Command, CommanderError, Option } from 'commander';
import type { HeddleError } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import { codeTopic } from '#cli/codes/code-topic.ts';
import { quoteTyped, usage } from './command-input.ts';
import { Heard, secondWords } from './heard-line.ts';
import type { ParsedLine } from './parsed-line.ts';
import { VERBS } from '#cli/command-table.ts';
import { GLOBAL_OPTIONS, VERSION } from '#cli/table/shared-options.ts';
import type { OptionSpec, VerbSpec } from '#cli/table/verb-spec.ts';

/** Parses what follows `heddle` on the command line; runs nothing. Throws `USAGE`, `DURATION_INVALID`. */
export function parseArguments(argv: readonly string[]): ParsedLine {
  const { own, rest } = splitRest(argv);
  return parseKnown(own, rest) ?? parseAny(own, rest);
}

/**
 * The line as the verbs of its first word understand it. To describe them all takes longer than many a verb; undefined
 * where they do not understand it, since what is said then has to do with all.
 */
function parseKnown(own: readonly string[], rest: readonly string[]): ParsedLine | undefined {
  const first = wordsOf(own)[0] ?? HELP_WORD;
  const verbs = VERBS.filter(({ path }) => path[0] === first);
  if (verbs.length === 0) return undefined;
  const heard = new Heard(rest);
  try {
    buildProgram(verbs, heard).parse([...own], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (!heard.excuses(error)) return undefined;
  }
  return heard.line();
}

function parseAny(own: readonly string[], rest: readonly string[]): ParsedLine {
  const heard = new Heard(rest);
  try {
    buildProgram(VERBS, heard).parse([...own], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (!heard.excuses(error)) throw hurriedPurge(error, heard) ?? usageOf(error, heard);
  }
  return heard.line();
}

/** Any verb will do for a line that has none: such a line is about heddle itself. */
const HELP_WORD = 'help';

/**
 * What is for heddle, and what is for another program: behind `--`, where the verb takes such. There nothing is looked
 * at: a program may be called like a verb.
 */
function splitRest(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly rest: readonly string[];
} {
  const end = argv.indexOf('--');
  const own = argv.slice(0, end);
  const words = wordsOf(own);
  const takes = VERBS.some(
    ({ path, rest }) => rest !== null && path.every((word, index) => word === words[index]),
  );
  return end < 0 || !takes ? { own: argv, rest: [] } : { own, rest: argv.slice(end + 1) };
}

/** The verb or group, and what follows it: what is no option, and no value of an option that stands before a verb. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const values = GLOBAL_OPTIONS.filter(({ value }) => value !== null);
  const spellings = values.flatMap(({ name, short }) => [
    `--${name}`,
    ...(short === null ? [] : [`-${short}`]),
  ]);
  return argv.filter((word, index) => !word.startsWith('-') && !spellings.includes(argv[index - 1] ?? ''));
}

/**
 * Checks that an advised command line would be understood, `heddle` or `git heddle` in front or left out.
 * Runs nothing; throws what {@link parseArguments} throws.
 */
export function parseAdvice(argv: readonly string[]): ParsedLine {
  const start = argv[0] === 'git' ? 1 : 0;
  const parsed = parseArguments(argv[start] === 'heddle' ? argv.slice(start + 1) : argv);
  if (parsed.kind === 'help' && parsed.topic.length > 0 && codeTopic(parsed.topic) === undefined) {
    requireTopic(parsed.topic);
  }
  return parsed;
}

/** Verbs that a topic of help names, one or a group; throws `USAGE` where there is none. */
export function requireTopic(topic: readonly string[]): readonly VerbSpec[] {
  const found = VERBS.filter((spec) => topic.every((word, index) => spec.path[index] === word));
  if (found.length === 0) throw unknownTopic(topic.join(' ').slice(0, 60));
  const exact = found.filter((spec) => spec.path.length === topic.length);
  return exact.length > 0 ? exact : found;
}

function unknownTopic(topic: string): HeddleError {
  if (!/^[A-Z_]+$/.test(topic)) return usage(`no verb is called '${topic}'`);
  return usage(`no code is called '${topic}'`, { help: 'denials' });
}

function buildProgram(verbs: readonly VerbSpec[], heard: Heard): Command {
  const program = new Command('heddle')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .helpOption(false)
    .helpCommand(false)
    .hook('preSubcommand', (_, command) => heard.enter(command.name()));
  addOptions(program, [...GLOBAL_OPTIONS, VERSION], heard);
  const groups = new Map<string, Command>();
  for (const spec of verbs) {
    const [first = '', second] = spec.path;
    const parent = second === undefined ? program : (groups.get(first) ?? addGroup(program, first, heard));
    if (parent !== program) groups.set(first, parent);
    const command = addVerb(parent, spec, heard);
    // A verb of one word that others begin with: what follows such a word is theirs.
    if (second === undefined && secondWords(first).length > 0) {
      groups.set(first, listening(command.enablePositionalOptions(), heard));
    }
  }
  return program;
}

function addGroup(program: Command, name: string, heard: Heard): Command {
  const group = listening(program.command(name).helpOption(false).helpCommand(false), heard);
  addOptions(group, GLOBAL_OPTIONS, heard);
  return group;
}

function listening(group: Command, heard: Heard): Command {
  return group.hook('preSubcommand', (_, command) => heard.enter(command.name()));
}

function addVerb(parent: Command, spec: VerbSpec, heard: Heard): Command {
  const command = parent.command(spec.path.at(-1) ?? '').helpOption(false);
  for (const { name, required } of spec.arguments) command.argument(required ? `<${name}>` : `[${name}]`);
  addOptions(command, [...spec.options, ...GLOBAL_OPTIONS], heard);
  return command.action((...values: readonly unknown[]) => heard.find(spec, values));
}

function addOptions(command: Command, specs: readonly OptionSpec[], heard: Heard): void {
  for (const spec of specs) {
    const short = spec.short === null ? '' : `-${spec.short}, `;
    const value = spec.value === null ? '' : ` ${valueUsage(spec.value.placeholder)}`;
    const option = new Option(`${short}--${spec.name}${value}`);
    command.addOption(option.makeOptionMandatory(spec.required));
    // Commander keeps the last value only, and a `no-` flag under another name.
    command.on(`option:${spec.name}`, (given: unknown) => {
      heard.note(spec.name, typeof given === 'string' ? given : '');
    });
  }
}

/** Commander's own brackets: a value that may be left out has them in the table, too. */
function valueUsage(placeholder: string): string {
  return placeholder.startsWith('[') ? placeholder : `<${placeholder}>`;
}

/** What is destroyed stays so: no hurry is worth that. */
const NO_BREAK_GLASS = 'nothing is destroyed by break-glass: whoever must agree to it agrees first';

function hurriedPurge({ message }: CommanderError, { words }: Heard): HeddleError | undefined {
  if (words[0] !== 'purge' || !message.includes("unknown option '--break-glass'")) return undefined;
  return usageError(words.join(' '), NO_BREAK_GLASS, { advice: 'stop everybody with `heddle freeze` first' });
}

function usageOf({ code, message }: CommanderError, heard: Heard): HeddleError {
  const { words } = heard;
  const [first = '', second = ''] = message.replace(/^error: /, '').split('\n');
  const clause = code === 'commander.excessArguments' ? 'too many arguments' : first.slice(0, 200);
  const suggestion = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(second)?.[1];
  const expected = code === 'commander.unknownCommand' ? secondWords(words[0] ?? '') : [];
  const taken = code === 'commander.missingArgument' ? heard.swallowed() : undefined;
  if (taken !== undefined) {
    const why = `${quoteTyped(taken.word)} behind --${taken.name} is its value`;
    return usageError(words.join(' '), `${clause}: ${why}`, { advice: `run \`${taken.order}\`` });
  }
  return usage(clause.replace('unknown command', 'unknown verb'), {
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(expected.length === 0 ? {} : { expected }),
    ...(words.length === 0 ? {} : { help: words.join(' ') }),
  });
}
