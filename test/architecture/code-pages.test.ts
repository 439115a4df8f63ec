import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { denialEntries, entriesOf, errorEntries } from '#cli/codes/code-entries.ts';
import { codeTopic, ERROR_CODES } from '#cli/codes/code-topic.ts';
import { ERROR_WORDS } from '#cli/codes/error-words.ts';
import { VERBS } from '#cli/command-table.ts';
import { ERROR_TABLE } from '#cli/error-table.ts';
import { helpText } from '#cli/help-text.ts';
import { DENIAL_TABLE } from '#domain/decision/codes/denial-table.ts';
import { DENIAL_CODES } from '#domain/decision/decision.ts';
import { denialsPage, errorsPage } from '../support/docs/code-pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  ['DENIALS.md', denialsPage, denialEntries()],
  ['ERRORS.md', errorsPage, errorEntries()],
] as const;
const ENTRIES = [...denialEntries(), ...errorEntries()];

/** Where the codes are listed and explained, not given. */
const LISTS = [
  'decision/decision.ts',
  'codes/denial-table.ts',
  'domain/error.ts',
  'cli/error-table.ts',
  'cli/codes/',
];

function textsIn(folder: string): readonly (readonly [path: string, text: string])[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [join(folder, name), readFileSync(join(ROOT, folder, name), 'utf8')] as const);
}

const GIVEN = textsIn('src').filter(([path]) => !LISTS.some((list) => path.includes(list)));
const TESTS = textsIn('test').filter(([path]) => !path.endsWith('code-pages.test.ts'));

describe.each(PAGES)('docs/%s', (name, build, entries) => {
  const path = join(ROOT, 'docs', name);

  it('is what the tables of the program make; a run with -u writes it', async () => {
    await expect(build()).toMatchFileSnapshot(path);
  });

  it('has a section for every code, once, that says cause and what helps', () => {
    const text = readFileSync(path, 'utf8');
    const sections = text.split('\n### ').slice(1);
    expect(sections.map((section) => section.slice(0, section.indexOf('\n')))).toEqual(
      entries.map(({ code }) => code),
    );
    for (const section of sections) expect(section).toMatch(/Usual cause[\s\S]+What helps/);
  });

  it('would differ if one word of a table did', () => {
    const changed = readFileSync(path, 'utf8').replace('**Usual cause**: ', '**Usual cause**: perhaps ');
    expect(build()).not.toBe(changed);
  });
});

describe('the tables of codes', () => {
  it('have a row for every code of the closed lists, and no other', () => {
    expect(Object.keys(DENIAL_TABLE)).toEqual(DENIAL_CODES);
    expect(Object.keys(ERROR_WORDS)).toEqual(ERROR_CODES);
    expect(
      denialEntries()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(DENIAL_CODES.toSorted());
    expect(
      errorEntries()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(ERROR_CODES.toSorted());
  });

  it('say of each code in clauses what it means, its cause, and what helps', () => {
    for (const { code, meaning, cause, helps } of ENTRIES) {
      for (const clause of [meaning, cause, helps]) {
        expect(clause, code).toMatch(/^(?:[a-z`]|HEDDLE_|Git ).*[^.]$/);
        expect(clause.length, code).toBeLessThan(160);
      }
    }
  });

  it('say what helps once: in the hint of the error table, or beside it where there is no hint', () => {
    for (const [code, { hint }] of Object.entries(ERROR_TABLE)) {
      const words = Object.entries(ERROR_WORDS).find(([other]) => other === code)?.[1];
      expect(
        [hint, words?.helps].filter((text) => typeof text === 'string'),
        code,
      ).toHaveLength(1);
    }
  });

  it('are each given by something in the program', () => {
    const named = (code: string): boolean => GIVEN.some(([, text]) => text.includes(`'${code}'`));
    const unnamed = ENTRIES.filter(({ code }) => !named(code)).map(({ code }) => code);
    expect(unnamed.filter((code) => code !== 'BUG')).toEqual([]);
    expect(GIVEN.length).toBeGreaterThan(200);
  });

  it('have a test for each code', () => {
    const tested = (code: string): boolean =>
      TESTS.some(([, text]) => new RegExp(`\\b${code}\\b`).test(text));
    const untested = ENTRIES.filter(({ code }) => code !== 'BUG' && !tested(code));
    expect(untested.map(({ code }) => code)).toEqual([]);
  });
});

describe('help on codes', () => {
  const linesOf = (word: string): readonly string[] => helpText({ topic: [word], all: false });

  it('explains every code as the tables do, however it is capitalised', () => {
    for (const { code, meaning, cause, helps } of ENTRIES) {
      const text = linesOf(code.toLowerCase()).join('\n');
      for (const said of [code, meaning, cause, helps]) expect(text, code).toContain(said);
    }
  });

  it('lists all denials and all errors, with their gate or exit code', () => {
    for (const { code, stage, meaning } of denialEntries()) {
      expect(linesOf('denials').find((line) => line.split(/ +/)[2] === code)).toMatch(
        new RegExp(`^ {2}${stage} .*${meaning.slice(0, 20)}`),
      );
    }
    for (const { code, exit } of errorEntries()) {
      expect(linesOf('errors').find((line) => line.split(/ +/)[2] === code)).toMatch(
        new RegExp(`^ {2}${exit} `),
      );
    }
  });

  it('never hides a verb, and knows no other words', () => {
    for (const { path } of VERBS) expect(codeTopic(path)).toBeUndefined();
    for (const topic of [[], ['FLOOR', 'FLOOR'], ['FLOO'], ['toString'], ['']]) {
      expect(codeTopic(topic)).toBeUndefined();
    }
    expect(entriesOf('denials')).toEqual(denialEntries());
  });
});
