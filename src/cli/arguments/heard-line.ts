import type { CommanderError } from 'commander';
import { GLOBAL_OPTIONS } from '#cli/table/shared-options.ts';
import { verbName, type VerbSpec } from '#cli/table/verb-spec.ts';
import { VERBS } from '#cli/command-table.ts';
import { checkTyped, usage, type Typed, type TypedValues } from './command-input.ts';
import { globalsOf, type GlobalOptions, type ParsedLine } from './parsed-line.ts';

/** An option and what it took for its value; `order` is how the line is written where it is to have none. */
interface Swallowed {
  readonly name: string;
  readonly word: string;
  readonly order: string;
}

/** What commander tells while it parses. */
export class Heard {
  readonly #values = new Map<string, string[]>();
  readonly #words: string[] = [];
  readonly #rest: readonly string[];
  #found: Pick<Typed, 'verb' | 'arguments' | 'words'> | undefined;

  constructor(rest: readonly string[]) {
    this.#rest = rest;
  }

  /** Words of the verb or group as far as they were understood. */
  get words(): readonly string[] {
    return this.#words;
  }

  note(name: string, value: string): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  enter(word: string): void {
    this.#words.push(word);
  }

  find(verb: VerbSpec, values: readonly unknown[]): void {
    const given = verb.arguments.flatMap(({ name }, index): [string, string][] => {
      const value = values[index];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    const words = values.flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : []));
    this.#found = { verb, arguments: new Map(given), words: words.map(String) };
  }

  /** Tells whether an error does not matter: what is missing is missing from a question for help. */
  excuses({ code }: CommanderError): boolean {
    if (code === 'commander.help') return true;
    return code !== 'commander.unknownCommand' && this.#asksSomethingElse();
  }

  line(): ParsedLine {
    const options: TypedValues = this.#values;
    const globals = globalsOf(options);
    if (options.has('version')) return { kind: 'version', globals };
    const found = this.#found;
    if (this.#asksSomethingElse() || found === undefined) return this.#helpLine(globals);
    this.#refuseStrangers(found.verb);
    const typed = { ...found, options, rest: this.#rest };
    checkTyped(typed);
    if (found.verb.answer !== 'help') return { kind: 'verb', typed, globals };
    return { kind: 'help', topic: [...found.arguments.values()], all: options.has('all'), globals };
  }

  /** An option that took the word behind it for its value, where that may be the word that is missing. */
  swallowed(): Swallowed | undefined {
    const verb = VERBS.find(({ path }) => path.join(' ') === this.#words.join(' '));
    for (const { name, value } of verb?.options ?? []) {
      const word = this.#values.get(name)?.at(-1) ?? '';
      if (verb === undefined || word === '' || value?.placeholder.startsWith('[') !== true) continue;
      const names = verb.arguments.filter(({ required }) => required).map((one) => one.name);
      return { name, word, order: `heddle ${verbName(verb)} ${names.join(' ')} --${name}` };
    }
    return undefined;
  }

  /** A verb under another verb takes neither that one's options nor its program. */
  #refuseStrangers(verb: VerbSpec): void {
    const known = [...verb.options, ...GLOBAL_OPTIONS].map(({ name }) => name);
    const stranger = [...this.#values.keys()].find((name) => !known.includes(name));
    if (stranger !== undefined)
      throw usage(`${verbName(verb)} takes no --${stranger}`, { help: verbName(verb) });
    if (verb.rest === null && this.#rest.length > 0)
      throw usage(`${verbName(verb)} takes nothing behind --`, { help: verbName(verb) });
  }

  #asksSomethingElse(): boolean {
    return this.#values.has('help') || this.#values.has('version');
  }

  #helpLine(globals: GlobalOptions): ParsedLine {
    const [group] = this.#words;
    if (group !== undefined && !this.#asksSomethingElse()) {
      throw usage(`${group} needs one more word`, { expected: secondWords(group) });
    }
    return { kind: 'help', topic: this.#words, all: false, globals };
  }
}

/** The second words of the verbs that begin with this one. */
export function secondWords(group: string): readonly string[] {
  return VERBS.flatMap(({ path: [first, second] }) =>
    first === group && second !== undefined ? [second] : [],
  );
}
