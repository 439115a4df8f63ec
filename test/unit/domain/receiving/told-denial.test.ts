import { describe, expect, it } from 'vitest';
import { readToldDenials, type ToldDenial } from '#domain/receiving/told-denial.ts';
import { toldDenialLines } from '#cli/refused-push-text.ts';

const WHOLE: ToldDenial = {
  subject: 'hs-0123',
  code: 'SCOPE_RESOURCE',
  stage: 'scope',
  message: 'the scope of its token does not cover it',
  operation: 'state:capture',
  resource: 'acme/core@task/login:src/a.ts',
  principal: 'dev@example.com',
  via: ['worker', 'helper'],
  required: { role: 'developer', at: 'acme/core@task/login:src/a.ts' },
  held: { role: 'maintainer', at: 'acme/core' },
  failed: ['block 1 (worker): below lib; expected lib, is src/a.ts'],
  fixes: [
    { argv: ['heddle', 'token', 'mint', '--name', "it's $(mine)", ''], who: ['dev@example.com', 'o@x'] },
    { argv: ['heddle', 'grant', 'add', 'dev@example.com', 'owner', 'acme/core'], who: [] },
  ],
  why: null,
};
const BARE: ToldDenial = {
  ...WHOLE,
  principal: null,
  via: [],
  required: null,
  held: null,
  failed: [],
  fixes: [],
  why: 'nothing changes this',
};

describe('denials that a server tells', () => {
  it('are read again as they were, among whatever else it said', () => {
    const said = ['hint: pull', ...toldDenialLines([WHOLE, BARE]), 'goodbye', ...toldDenialLines([WHOLE])];
    expect(readToldDenials(said)).toEqual({ denials: [WHOLE, BARE, WHOLE], rest: ['hint: pull', 'goodbye'] });
  });

  const lines = toldDenialLines([WHOLE]);
  const changed = (from: string, to: string): readonly string[] =>
    lines.map((line) => (line.includes(from) ? line.replace(from, to) : line));
  it.each([
    ['a code that nobody knows', changed('SCOPE_RESOURCE', 'SCOPE_OF_DOOM')],
    ['an operation that nobody knows', changed('state:capture', 'state:steal')],
    ['a role that nobody knows', changed('maintainer at', 'emperor at')],
    ['a command that is not heddle’s', changed('heddle token', 'rm -rf heddle')],
    ['a command line of several', changed("''", '; rm -rf .')],
    ['a field twice', lines.flatMap((line) => (line.includes('held') ? [line, line] : [line]))],
    ['a field missing', lines.filter((line) => !line.includes('asked'))],
    ['whoever runs nothing', lines.filter((line) => !line.includes('heddle'))],
  ])('are none where one has %s', (_what, said) => {
    expect(said).not.toEqual(lines);
    expect(readToldDenials(said)).toEqual({ denials: [], rest: said });
  });

  it('are believed to be few', () => {
    const said = toldDenialLines(Array.from({ length: 9 }, () => WHOLE));
    const { denials, rest } = readToldDenials(said);
    expect([denials.length, rest.length]).toEqual([5, (said.length / 9) * 4]);
  });
});
