import { describe, expect, it } from 'vitest';
import { parseArguments } from '#cli/arguments/parse-arguments.ts';
import { readPlainLine } from '#cli/arguments/plain-line.ts';
import { VERBS } from '#cli/command-table.ts';
import { GLOBAL_OPTIONS } from '#cli/table/shared-options.ts';
import { fc } from '../../../support/seed.ts';

const LINES = [
  'can state:capture acme/core@task/login',
  'log',
  'log -n 20',
  'log task/login --json',
  'status',
  'capture -m second --model one --provider two',
  'show -C .. main',
  'start task/next --task Go',
];

const SPECS = VERBS.flatMap(({ options }) => options).concat(GLOBAL_OPTIONS);
const anyOption = fc
  .constantFrom(...SPECS)
  .map(({ name, short }) => (short === null || name.length % 2 === 0 ? `--${name}` : `-${short}`));
const anyWord = fc.constantFrom(
  '3',
  'main',
  'x@example.com',
  'always',
  '0.5',
  '',
  '-',
  '--',
  '-n3',
  '--limit=3',
);
const anyValue = fc.constantFrom(
  '1h',
  'state:capture',
  'a/b@task:c',
  'read,write',
  '--json',
  'thread',
  'two words',
);

describe('a line that is written out', () => {
  it.each(LINES.map((line) => ({ line })))('is understood as every line is: $line', ({ line }) => {
    const words = line.split(' ');
    expect(readPlainLine(words)).toEqual(parseArguments(words));
    expect(readPlainLine(words)).toBeDefined();
  });

  it('is understood as every line is, or left to what understands all', () => {
    const verbs = VERBS.map(({ path }) => path);
    const line = fc
      .tuple(fc.constantFrom(...verbs), fc.array(fc.oneof(anyOption, anyWord, anyValue), { maxLength: 6 }))
      .map(([path, words]) => [...path, ...words]);
    let understood = 0;
    fc.assert(
      fc.property(line, (words) => {
        const plain = readPlainLine(words);
        if (plain === undefined) return;
        understood += 1;
        expect(plain).toEqual(parseArguments(words));
      }),
      { numRuns: 3_000 },
    );
    expect(understood).toBeGreaterThan(50);
  });

  it.each([
    { line: '' },
    { line: 'help' },
    { line: '--json log' },
    { line: 'log --help' },
    { line: 'log -n20' },
    { line: 'log --limit=20' },
    { line: 'log -n' },
    { line: 'log one two' },
    { line: 'log --model m' },
    { line: 'log -n many' },
    { line: 'can no:operation' },
    { line: 'capture -- file' },
    { line: 'thread list' },
    { line: 'can --matrix acme/core' },
  ])('leaves any other to what understands all: $line', ({ line }) => {
    expect(readPlainLine(line.split(' '))).toBeUndefined();
  });
});
