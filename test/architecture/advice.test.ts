import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { denialEntries, errorEntries } from '#cli/codes/code-entries.ts';
import { VERBS } from '#cli/command-table.ts';
import { ERROR_TABLE, hintFor } from '#cli/error-table.ts';
import { helpText } from '#cli/help-text.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { advisedBySource, advisedIn, badAdvice, problemOf } from '../support/docs/advice.ts';
import { shellWords } from '../support/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

function filesBelow(folder: string, ending: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SOURCES = filesBelow('src', '.ts');
const MAN = filesBelow('man', '.1').map((path) => [path, textOf(path).replaceAll('\\-', '-')] as const);

describe('what heddle advises, it understands:', () => {
  it('every command in a string, a template or a list of words of its sources', () => {
    const advised = SOURCES.flatMap((path) =>
      advisedBySource(path, textOf(path)).map((argv) => ({ path, argv })),
    );
    expect(advised.flatMap(({ path, argv }) => problemOf(argv).map((why) => `${path}: ${why}`))).toEqual([]);
    expect(SOURCES.length).toBeGreaterThan(200);
    expect(advised.length).toBeGreaterThan(60);
    const from = new Set(advised.map(({ path }) => path.split('/').slice(0, 2).join('/')));
    expect([...from]).toEqual(expect.arrayContaining(['src/cli', 'src/domain', 'src/usecases']));
  });

  it('every hint, fix and explanation of a code', () => {
    const entries = [...denialEntries(), ...errorEntries()];
    for (const { code, meaning, cause, helps, command } of entries) {
      expect([meaning, cause, helps].flatMap(badAdvice), code).toEqual([]);
      if (command !== null) expect(() => parseAdvice(command), code).not.toThrow();
    }
    for (const { hint, fix } of Object.values(ERROR_TABLE)) {
      expect(badAdvice(hint ?? '')).toEqual([]);
      if (fix !== null) expect(() => parseAdvice(fix)).not.toThrow();
    }
    for (const verb of VERBS) expect(badAdvice(hintFor('USAGE', { help: verbName(verb) }) ?? '')).toEqual([]);
  });

  it('every example of the table, as the verb whose example it is', () => {
    const examples = VERBS.flatMap((verb) => verb.examples.map(({ argv }) => ({ verb, argv })));
    expect(examples.length).toBeGreaterThan(10);
    for (const { verb, argv } of examples) {
      expect(() => parseAdvice(['heddle', ...argv]), argv.join(' ')).not.toThrow();
      expect(argv.slice(0, verb.path.length)).toEqual(verb.path);
    }
  });

  it('every command in its help, of each verb, group and code', () => {
    const codes = [...denialEntries(), ...errorEntries()].map(({ code }) => code);
    const groups = VERBS.map(({ path }) => path.slice(0, 1));
    const topics = [
      [],
      ...VERBS.map(({ path }) => path),
      ...groups,
      ...['denials', 'errors', ...codes].map((word) => [word]),
    ];
    for (const topic of topics) {
      const lines = helpText({ topic, all: false }).filter((line) => !line.startsWith('usage: '));
      // Titles name a verb, examples are whole commands, the rest is in backquotes.
      expect(lines.slice(1).flatMap(badAdvice), topic.join(' ')).toEqual([]);
    }
  });

  it('every command in its man pages', () => {
    const advised = MAN.map(([path, text]) => {
      const examples = text.split('.SH EXAMPLES\n')[1]?.split('\n.SH ')[0] ?? '';
      const lines = [...examples.matchAll(/^\\fB(heddle .+)\\fR$/gm)].map(([, line = '']) => line);
      for (const line of lines) expect(() => parseAdvice(shellWords(line)), `${path}: ${line}`).not.toThrow();
      const quoted = [...text.matchAll(/`[^`]+`/g)].map(([span]) => span);
      expect(quoted.flatMap(badAdvice), path).toEqual([]);
      return lines.length + quoted.length;
    });
    expect(advised.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
  });
});

describe('advice that heddle would not understand', () => {
  it.each([
    ['a verb that does not exist, in backquotes', '"see `heddle frobnicate --all`"'],
    ['one in backquotes for git', '"see `git heddle frobnicate`"'],
    ['an option that does not exist', '"see `heddle verify --everything`"'],
    ['a second word that does not exist', '"register it with heddle key hand over"'],
    ['a role that does not exist', '["heddle", "grant", "add", who, "boss", at]'],
    ['an argument that is missing', '["heddle", "grant", "add", who]'],
    ['a verb that does not exist, before words from elsewhere', '["heddle", "frobnicate", ...rest]'],
    ['a verb that does not exist, on a line of its own', '`  heddle frobnicate ${id}  look at it`'],
    ['an argument too many', '`  heddle undo ${id} ${id}  take it back`'],
    ['words that are split later', '"heddle login --force".split(" ")'],
  ])('is seen: %s', (_, source) => {
    const found = advisedBySource('planted.ts', `export const planted = ${source};`);
    expect(found.flatMap(problemOf)).toHaveLength(1);
  });

  it.each([
    ['values that are filled in', '["heddle", "grant", "add", who, role, at]'],
    ['values in capitals', '"give it with `heddle grant add PRINCIPAL ROLE RESOURCE --until T`"'],
    ['a text of two columns', '`  heddle purge ${id} --dry-run   see what a purge would find`'],
    ['the name of a verb', '"an admin registers them with heddle key add"'],
    ['words about heddle', '"heddle keeps what heddle shows, and no more than heddle reads"'],
    ['a help on something', '`see \\`heddle help ${topic}\\``'],
    ['words from elsewhere', '["heddle", "token", "attenuate", ...rest]'],
    ['a comment', '1 /* `heddle frobnicate` */'],
  ])('is not seen in %s', (_, source) => {
    const found = advisedBySource('planted.ts', `export const planted = ${source};`);
    expect(found.flatMap(problemOf)).toEqual([]);
  });

  it('is told from a name by what follows it', () => {
    expect(advisedIn('run `heddle start THREAD --from STATE`')).toEqual([
      ['heddle', 'start', 'THREAD', '--from', 'STATE'],
    ]);
    expect(advisedIn('heddle login')).toEqual([['heddle', 'login']]);
  });
});
