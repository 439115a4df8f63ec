import { GRANT_VERBS } from '#cli/table/grant-table.ts';
import { GLOBAL_OPTIONS } from '#cli/table/shared-options.ts';
import type { OptionSpec, VerbSpec } from '#cli/table/verb-spec.ts';
import { WORK_VERBS } from '#cli/table/work-table.ts';
import { checkTyped } from './command-input.ts';
import { globalsOf, type ParsedLine } from './parsed-line.ts';

/** Those of daily work that have one word, and that no verb of two begins with. */
const VERBS: readonly VerbSpec[] = [...WORK_VERBS, ...GRANT_VERBS].filter(
  ({ path }, _, all) => all.filter((one) => one.path[0] === path[0]).length === 1,
);

/**
 * A line of a verb of daily work that is written out: the verb, words, and whole options with their values behind
 * them. It is understood as `parseArguments` does, without the table of all verbs and without its parser, which take
 * longer than many a verb. Undefined for any other line, and wherever something is wrong with it.
 */
export function readPlainLine(argv: readonly string[]): ParsedLine | undefined {
  const verb = VERBS.find(({ path }) => path[0] === argv[0]);
  const read = verb === undefined ? undefined : readWords(verb, argv.slice(1));
  if (verb === undefined || read === undefined) return undefined;
  const { words, options } = read;
  const given = verb.arguments
    .slice(0, words.length)
    .map(({ name }, index) => [name, words[index] ?? ''] as const);
  const typed = { verb, arguments: new Map(given), words: [], options, rest: [] };
  try {
    checkTyped(typed);
    return { kind: 'verb', typed, globals: globalsOf(options) };
  } catch {
    return undefined;
  }
}

interface ReadWords {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
}

function readWords(verb: VerbSpec, argv: readonly string[]): ReadWords | undefined {
  const specs = [...verb.options, ...GLOBAL_OPTIONS];
  const words: string[] = [];
  const options = new Map<string, readonly string[]>();
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word.startsWith('-')) {
      const spec = specs.find((one) => spells(one, word));
      const value = spec?.value === null ? '' : argv[(at += 1)];
      if (spec === undefined || spec.name === 'help' || !isPlainValue(spec, value)) return undefined;
      options.set(spec.name, [...(options.get(spec.name) ?? []), value]);
    } else words.push(word);
  }
  return isWhole(verb, { words, options }) ? { words, options } : undefined;
}

function spells({ name, short }: OptionSpec, word: string): boolean {
  return word === `--${name}` || (short !== null && word === `-${short}`);
}

/** A value that may be left out, and one that looks like an option, are for the parser of all lines. */
function isPlainValue({ value }: OptionSpec, given: string | undefined): given is string {
  if (value === null) return true;
  return given !== undefined && !given.startsWith('-') && !value.placeholder.startsWith('[');
}

function isWhole(verb: VerbSpec, { words, options }: ReadWords): boolean {
  const needed = verb.arguments.filter(({ required }) => required).length;
  const many = verb.arguments.some(({ name }) => name.endsWith('...'));
  const missing = verb.options.some(({ name, required }) => required && !options.has(name));
  return !many && !missing && words.length >= needed && words.length <= verb.arguments.length;
}
