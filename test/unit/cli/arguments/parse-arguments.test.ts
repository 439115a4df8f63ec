import { describe, expect, it } from 'vitest';
import { commandInput } from '#cli/arguments/command-input.ts';
import { VERBS } from '#cli/command-table.ts';
import { wantsJson, type ParsedLine } from '#cli/arguments/parsed-line.ts';
import { parseAdvice, parseArguments, requireTopic } from '#cli/arguments/parse-arguments.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import type { CommandInput } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';

function refused(line: string): HeddleError {
  try {
    parseArguments(line.split(' '));
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
  throw new Error(`parsed: ${line}`);
}

function parsed(argv: readonly string[]): ParsedLine & { kind: 'verb' } {
  const line = parseArguments(argv);
  if (line.kind !== 'verb') throw new Error(`a question for ${line.kind}`);
  return line;
}

const inputOf = (...argv: readonly string[]): CommandInput => commandInput(parsed(argv).typed);

describe('the parser', () => {
  it('says where help is, and which words a group takes', () => {
    expect(refused('log --nope').facts).toMatchObject({ help: 'log' });
    expect(refused('token mint x y').facts).toMatchObject({ help: 'token mint' });
    expect(refused('thread foo').facts).toMatchObject({
      help: 'thread',
      expected: ['list', 'show', 'claim', 'release', 'drop', 'rename', 'split'],
    });
    expect(refused('foo').facts).not.toHaveProperty('help');
  });

  it('finds a verb of one word and a verb of two', () => {
    expect(verbName(parsed(['status']).typed.verb)).toBe('status');
    expect(verbName(parsed(['token', 'inspect']).typed.verb)).toBe('token inspect');
  });

  it('takes global options before the verb, between its words and after it', () => {
    const globals = { json: true, color: 'never', directory: 'x' };
    expect(parsed(['--json', '--color', 'never', '-C', 'x', 'token', 'inspect']).globals).toEqual(globals);
    expect(parsed(['token', '--json', '--color=never', '-Cx', 'inspect']).globals).toEqual(globals);
    expect(parsed(['token', 'inspect', '--directory', 'x', '--json', '--color', 'never']).globals).toEqual(
      globals,
    );
  });

  it('gives a value that looks like an option to the option that waits for one', () => {
    const line = parsed(['capture', '-m', '--json']);
    expect(line.globals.json).toBe(false);
    expect(commandInput(line.typed).text('intent')).toBe('--json');
  });

  it('keeps apart what follows a double dash', () => {
    expect(inputOf('log', '--', '--json').optionalArgument('THREAD')).toBe('--json');
  });

  it('takes words behind a double dash where a verb may have some, and nowhere else', () => {
    expect(inputOf('capture', '-m', 'x', '--', '--json', 'a b').rest()).toEqual(['--json', 'a b']);
    expect(inputOf('capture').rest()).toEqual([]);
    expect(refused('capture a')).toMatchObject({ code: 'USAGE', message: 'too many arguments' });
    expect(() => parseArguments(['capture', '--', 'a', ''])).toThrow(/PATH\.\.\. is empty/);
  });

  it('reads every kind of value', () => {
    const token = inputOf(
      'token',
      'attenuate',
      '--agent',
      'a',
      '--allow',
      'state:read,state:capture',
      '--allow',
      'state:read',
      '--resource',
      'n/r',
      '--resource',
      'n/s',
      '--ttl',
      '15m',
      '--depth',
      '0',
      '--stdout',
    );
    expect(token.operations('allow')).toEqual(['state:read', 'state:capture']);
    expect(token.list('resource')).toEqual(['n/r', 'n/s']);
    expect(token.duration('ttl')).toBe(900_000);
    expect(token.integer('depth')).toBe(0);
    expect(token.flag('stdout')).toBe(true);
    expect(token.text('out')).toBeNull();
    const grant = inputOf('grant', 'add', 'dev@example.com', 'developer', 'n/r', '--until', '2027-01-31');
    expect(grant.instant('until')).toBe('2027-01-31T00:00:00.000Z');
    expect(grant.role('ROLE')).toBe('developer');
    expect(inputOf('can', 'state:read', 'n/r').operation('OPERATION')).toBe('state:read');
    expect(inputOf('init', '--no-passphrase').flag('no-passphrase')).toBe(true);
    expect(inputOf('init').flag('no-passphrase')).toBe(false);
  });

  it('reads a time of day and milliseconds', () => {
    const until = (text: string): string | null =>
      inputOf('grant', 'add', 'p', 'reader', 'n', '--until', text).instant('until');
    expect(until('2027-01-31T18:00:00Z')).toBe('2027-01-31T18:00:00.000Z');
    expect(until('2027-01-31T18:00:00.001Z')).toBe('2027-01-31T18:00:00.001Z');
  });

  it.each([
    ['statu', 'USAGE', /unknown verb 'statu'/],
    ['token mnt', 'USAGE', /unknown verb 'mnt'/],
    ['status --jsn', 'USAGE', /unknown option '--jsn'/],
    ['status extra', 'USAGE', /too many arguments/],
    ['start', 'USAGE', /missing required argument 'THREAD'/],
    [
      'thread claim --wait task/login',
      'USAGE',
      /missing required argument 'THREAD': 'task\/login' behind --wait is its value$/,
    ],
    ['thread claim --wait', 'USAGE', /missing required argument 'THREAD'$/],
    ['capture -m', 'USAGE', /argument missing/],
    ['capture --intent=', 'USAGE', /--intent is empty/],
    ['token', 'USAGE', /token needs one more word/],
    ['token mint', 'USAGE', /needs exactly one of --out and --stdout and --fd/],
    ['token mint --out f --budget states', 'USAGE', /--budget names no whole number of states/],
    ['token mint --out f --budget states=1,', 'USAGE', /--budget cannot be ''/],
    ['token mint --out f --budget steps=1', 'USAGE', /--budget cannot be 'steps=1'/],
    ['token mint --out f --budget states=1=2', 'USAGE', /--budget cannot be 'states=1=2'/],
    ['token mint --out f --budget states=-1', 'USAGE', /--budget names no whole number of states/],
    ['token mint --out f --budget states=1,files=2,states=3', 'USAGE', /--budget names states twice/],
    [
      'token attenuate --agent a --allow state:read --resource n',
      'USAGE',
      /exactly one of --out and --stdout/,
    ],
    [
      'token attenuate --agent a --allow state:read --resource n --out f --stdout',
      'USAGE',
      /exactly one of --out and --stdout/,
    ],
    ['token mint --out f --allow state:read,', 'USAGE', /--allow cannot be ''/],
    ['token mint --out f --allow state:write', 'USAGE', /--allow cannot be 'state:write'/],
    ['token mint --out f --ttl 1y', 'DURATION_INVALID', /not a duration/],
    ['log -n -1', 'USAGE', /--limit is not a whole number/],
    ['log -n 1e3', 'USAGE', /--limit is not a whole number/],
    ['log -n 99999999999999999999', 'USAGE', /--limit is not a whole number/],
    ['grant add p king n', 'USAGE', /ROLE cannot be 'king'/],
    ['grant add p reader n --until 2027-02-30', 'USAGE', /--until is not a time/],
    ['can everything n', 'USAGE', /OPERATION cannot be 'everything'/],
    ['undo --op-id 7', 'USAGE', /--op-id is not a UUID/],
    ['--color=pink status', 'USAGE', /--color cannot be 'pink'/],
    ['--nope', 'USAGE', /unknown option '--nope'/],
    ['bogus --help', 'USAGE', /unknown verb 'bogus'/],
  ])('refuses `%s`', (line, code, message) => {
    const error = refused(line);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('says in which order words are typed, where an option took the one that is missing', () => {
    expect(refused('thread claim --wait task/login').facts['advice']).toBe(
      'run `heddle thread claim THREAD --wait`',
    );
    expect(refused('thread claim').facts['advice']).toBeUndefined();
  });

  it('says what was probably meant', () => {
    expect(refused('statu').facts['suggestion']).toBe('status');
    expect(refused('status --jsno').facts['suggestion']).toBe('--json');
    expect(refused('frobnicate').facts['suggestion']).toBeUndefined();
  });

  it('says what would have been understood', () => {
    expect(refused('thread').facts['expected']).toEqual([
      'list',
      'show',
      'claim',
      'release',
      'drop',
      'rename',
      'split',
    ]);
    expect(refused('grant add p king n').facts['expected']).toContain('owner');
  });

  it('cuts long input out of its messages', () => {
    expect(refused(`--${'x'.repeat(100_000)}`).message.length).toBeLessThan(300);
    expect(refused(`log -n ${'x'.repeat(100_000)}`).message.length).toBeLessThan(300);
  });

  it('hears a question for help in every form', () => {
    const globals = { json: false, color: 'auto', directory: null };
    const help = { kind: 'help', all: false, globals };
    expect(parseArguments([])).toEqual({ ...help, topic: [] });
    expect(parseArguments(['-h'])).toEqual({ ...help, topic: [] });
    expect(parseArguments(['help'])).toEqual({ ...help, topic: [] });
    expect(parseArguments(['help', '--all'])).toEqual({ ...help, topic: [], all: true });
    expect(parseArguments(['help', 'token', 'mint'])).toEqual({ ...help, topic: ['token', 'mint'] });
    expect(parseArguments(['token', '--help'])).toEqual({ ...help, topic: ['token'] });
    expect(parseArguments(['token', 'attenuate', '--help'])).toEqual({
      ...help,
      topic: ['token', 'attenuate'],
    });
    expect(parseArguments(['start', '-h'])).toEqual({ ...help, topic: ['start'] });
    expect(parseArguments(['--version']).kind).toBe('version');
  });

  it('knows from unparsable lines whether JSON was wanted', () => {
    expect(wantsJson(['nope', '--json'])).toBe(true);
    expect(wantsJson(['nope', '--', '--json'])).toBe(false);
    expect(wantsJson(['nope'])).toBe(false);
  });

  it('throws where a verb asks for what its row does not have', () => {
    expect(() => inputOf('status').text('intent')).toThrow(/invariant/);
    expect(() => inputOf('status').optionalArgument('THREAD')).toThrow(/invariant/);
    expect(() => inputOf('log').argument('THREAD')).toThrow(/invariant/);
  });
});

describe('advice', () => {
  it('is parsed with the name of the program in front or without', () => {
    for (const front of [[], ['heddle'], ['git', 'heddle']]) {
      expect(parseAdvice([...front, 'grant', 'add', 'p', 'developer', 'n/r@main']).kind).toBe('verb');
    }
  });

  it('is refused where a verb, an option, a role or a topic does not exist', () => {
    for (const line of [
      'heddle weave x',
      'heddle login --force',
      'heddle grant add p boss n',
      'heddle help weave',
    ]) {
      expect(() => parseAdvice(line.split(' '))).toThrow(HeddleError);
    }
  });

  it('in the examples of the table is understood', () => {
    const examples = VERBS.flatMap((spec) =>
      spec.examples.map(({ argv }) => [verbName(spec), argv] as const),
    );
    expect(examples.length).toBeGreaterThan(10);
    for (const [name, argv] of examples) {
      const line = parsed(argv);
      expect(verbName(line.typed.verb)).toBe(name);
    }
  });
});

describe('the table', () => {
  it('has every verb once, with a summary in the imperative and no full stop', () => {
    const names = VERBS.map(verbName);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of VERBS) expect(summary).toMatch(/^[a-z].*[^.]$/);
  });

  it('has an option or argument once in each verb', () => {
    for (const spec of VERBS) {
      const names = [...spec.options, ...spec.arguments].map(({ name }) => name);
      expect(new Set(names).size, verbName(spec)).toBe(names.length);
      const grouped = [...spec.exactlyOne, ...spec.atMostOne, ...spec.atLeastOne.flat()];
      expect(grouped.every((name) => names.includes(name))).toBe(true);
    }
  });

  it('gives the verbs of a topic', () => {
    expect(requireTopic(['key']).map(verbName)).toEqual([
      'key new',
      'key list',
      'key add',
      'key export',
      'key rotate',
      'key revoke',
    ]);
    expect(() => requireTopic(['weave'])).toThrow(/no verb/);
  });
});
