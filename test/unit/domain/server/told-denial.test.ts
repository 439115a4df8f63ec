import { describe, expect, it } from 'vitest';
import { readToldDenials, type ToldDenial } from '#domain/server/told-denial.ts';
import { reportError } from '#cli/error-report.ts';
import { RefusedPushError } from '#domain/server/push-refusal.ts';
import { terminalText } from '#cli/terminal-text.ts';
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
    {
      argv: ['heddle', 'token', 'attenuate', '--agent', "it's $(mine)", ''],
      who: ['dev@example.com', 'o@x'],
    },
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
    ['a command that starts another', changed('heddle token attenuate', 'heddle run -- sh -c')],
    ['a command that no denial of heddle’s names', changed('heddle token attenuate', 'heddle purge hr-0123')],
    ['a field twice', lines.flatMap((line) => (line.includes('held') ? [line, line] : [line]))],
    ['a field missing', lines.filter((line) => !line.includes('asked'))],
    ['whoever runs nothing', lines.filter((line) => !line.includes('heddle'))],
  ])('are none where one has %s', (_what, said) => {
    expect(said).not.toEqual(lines);
    expect(readToldDenials(said)).toEqual({ denials: [], rest: said });
  });

  it('are told as what a remote says, and not as advice of heddle’s own', () => {
    const options = { facts: { remote: 'origin' }, denials: [BARE] };
    const told = (one: RefusedPushError): readonly string[] =>
      reportError(one).text(terminalText({ color: false, now: 0 }));
    const here = told(new RefusedPushError('PUSH_REFUSED', 'no', { denials: [BARE] }));
    const there = told(new RefusedPushError('PUSH_REFUSED', 'no', { ...options, from: 'origin' }));
    const said = here.filter((line) => line.startsWith('  ')).slice(0, toldDenialLines([BARE]).length);
    expect(said).toEqual(toldDenialLines([BARE]));
    const at = there.indexOf('  origin says the following, and nothing here verified it:');
    expect(there.slice(at + 1, at + 1 + said.length)).toEqual(said.map((line) => `  ${line}`));
    expect(at).toBeGreaterThan(0);
  });

  it('are believed to be few', () => {
    const said = toldDenialLines(Array.from({ length: 9 }, () => WHOLE));
    const { denials, rest } = readToldDenials(said);
    expect([denials.length, rest.length]).toEqual([5, (said.length / 9) * 4]);
  });
});
