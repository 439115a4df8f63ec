import { parseSync } from 'rolldown/utils';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { VERBS } from '#cli/command-table.ts';
import type { OptionSpec, VerbSpec } from '#cli/table/verb-spec.ts';
import { shellWords } from './markdown.ts';

/** What stands for a value that is only known when the program runs. */
const HOLE = '\u{fffd}';

/** What is wrong with advice in a text: one line for each command that heddle would not understand. */
export function badAdvice(text: string): readonly string[] {
  return advisedIn(text).flatMap(problemOf);
}

/** Commands that a text tells people to run, or names: in backquotes, on a line of their own, or in plain words. */
export function advisedIn(text: string): readonly (readonly string[])[] {
  const quoted = [...text.matchAll(/`((?:git )?heddle [^`]+)`/g)].map(([, line = '']) => line);
  const own = [...text.matchAll(/^ +(heddle [^\n]+)/gm)].map(([, line = '']) => line.split(/ {2,}/)[0] ?? '');
  const rest = text.replaceAll(/`[^`]*`/g, ' ').replaceAll(/^ +heddle [^\n]+/gm, ' ');
  const whole = /^heddle [^\n]+$/.exec(rest)?.[0];
  const words = whole !== undefined && startsVerb(shellWords(whole)) ? [whole] : plainNames(rest);
  return [...quoted, ...own, ...words].map(shellWords);
}

/** Advice in the strings, templates and word lists of a module, comments left out. */
export function advisedBySource(path: string, source: string): readonly (readonly string[])[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed`);
  return [...walk(program)].flatMap((node) => {
    const words = wordList(node);
    const text = textOf(node);
    const found = words === undefined ? advisedIn(text ?? '') : [words];
    // Where even the verb comes from elsewhere, that is where it is looked at.
    return found.filter(([, verb = HOLE]) => verb !== HOLE);
  });
}

/** Says what is wrong with a command; empty where the parser of heddle understands it, or it only names a verb. */
export function problemOf(command: readonly string[]): readonly string[] {
  const words = command[0] === 'git' ? command.slice(2) : command.slice(1);
  const verb = verbOf(words);
  if (verb !== undefined && words.length === verb.path.length) return [];
  if (words.length === 1 && VERBS.some(({ path }) => path[0] === words[0])) return [];
  try {
    parseAdvice(verb === undefined ? words : [...verb.path, ...filled(verb, words.slice(verb.path.length))]);
    return [];
  } catch (error: unknown) {
    return [`${command.join(' ')}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function startsVerb(command: readonly string[]): boolean {
  return verbOf(command.slice(1)) !== undefined;
}

function verbOf(words: readonly string[]): VerbSpec | undefined {
  return VERBS.find(({ path }) => path.every((word, index) => words[index] === word));
}

/** `heddle token attenuate` in plain words: as many of them as could be the name of a verb. */
function plainNames(text: string): readonly string[] {
  return [...text.matchAll(/\bheddle ([a-z]+)(?: ([a-z]+))?/g)].flatMap(([, first = '', second = '']) => {
    const named = VERBS.filter(({ path }) => path[0] === first);
    if (named.length === 0) return [];
    return [
      named.some(({ path }) => path.length > 1) ? `heddle ${first} ${second}`.trim() : `heddle ${first}`,
    ];
  });
}

/** A word in capitals, or a hole, is any value that could stand there. */
function isHole(word: string): boolean {
  return word.includes(HOLE) || /^[A-Z][A-Z|-]*$/.test(word);
}

const SAMPLES: Readonly<Partial<Record<string, string>>> = {
  integer: '1',
  duration: '1h',
  instant: '2027-01-31',
  operations: 'state:read',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function filled(verb: VerbSpec, words: readonly string[]): readonly string[] {
  if (verb.answer === 'help') return words.map((word) => (isHole(word) ? 'capture' : word));
  let option: OptionSpec | undefined;
  let position = 0;
  return words.map((word) => {
    const waiting = option;
    option = undefined;
    if (waiting !== undefined) {
      return isHole(word) ? (waiting.choices?.[0] ?? SAMPLES[waiting.value?.kind ?? ''] ?? 'x') : word;
    }
    if (word.startsWith('-')) {
      const spec = verb.options.find(({ name, short }) => word === `--${name}` || word === `-${short ?? ''}`);
      option = spec?.value === null ? undefined : spec;
      return word;
    }
    const argument = verb.arguments[position++];
    return isHole(word) ? (argument?.choices?.[0] ?? 'x') : word;
  });
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function* walk(node: unknown): Generator<Node> {
  if (!isNode(node)) return;
  yield node;
  for (const child of Object.values(node).flat()) yield* walk(child);
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node['quasis'])) return undefined;
  const parts = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return parts.map(({ value }) => value.cooked).join(HOLE);
}

/** `['heddle', …]`; of one that takes words in from elsewhere only the verb can be told. */
function wordList(node: Node): readonly string[] | undefined {
  if (node.type !== 'ArrayExpression' || !Array.isArray(node['elements'])) return undefined;
  const elements = (node['elements'] as readonly unknown[]).filter(isNode);
  if (elements[0] === undefined || textOf(elements[0]) !== 'heddle' || elements.length === 1)
    return undefined;
  const words = elements.map((element) => textOf(element) ?? HOLE);
  // Whose a place is: no command.
  if (words.join() === 'heddle,git') return undefined;
  const spread = elements.findIndex(({ type }) => type === 'SpreadElement');
  if (spread === -1) return words;
  return words.slice(0, 1 + (verbOf(words.slice(1))?.path.length ?? spread));
}
