import { describe, expect, it } from 'vitest';
import { concernedRefs, parsePushedRefs, parseRefUpdates } from '#domain/hooks/ref-updates.ts';
import { refuseHeddleRefs } from '#usecases/hooks/ref-hook.ts';

const NONE = '0'.repeat(40);
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

const names = (text: string, current: Readonly<Record<string, string>> = {}): object => {
  const { heddle, branches, others, detached } = concernedRefs(
    parseRefUpdates(text),
    new Map(Object.entries(current)),
  );
  const refs = { heddle, branches, others, detached };
  return Object.fromEntries(
    Object.entries(refs)
      .filter(([, moves]) => moves.length > 0)
      .map(([kind, moves]) => [kind, moves.map(({ ref }) => ref)]),
  );
};

const OTHERS = { others: ['refs/heads/main'] };
const HEDDLE = { heddle: ['refs/heddle/authority'] };

describe('what git tells reference-transaction', () => {
  it('is sorted by what it asks', () => {
    const text = [
      `${A} ${B} HEAD`,
      `${A} ${B} refs/heads/main`,
      `${NONE} ${B} refs/stash`,
      `${NONE} ${B} refs/something/new`,
      `${NONE} ${B} refs/remotes/origin/main`,
      `${NONE} ${B} refs/heddle/remotes/origin/authority`,
      `${NONE} ${B} refs/heddle/authority`,
      `${NONE} ${B} ORIG_HEAD`,
      `ref:refs/heads/main ref:refs/heads/topic HEAD`,
    ].join('\n');
    expect(names(text, { 'refs/heads/main': A })).toEqual({
      heddle: ['refs/heddle/authority'],
      branches: ['refs/heads/main'],
      others: ['refs/stash', 'refs/something/new'],
    });
  });

  it.each([
    ['a commit without a branch', `${A} ${B} HEAD\n`, { detached: ['HEAD'] }],
    ['packing, which moves nothing', `${NONE} ${A} refs/heads/main\n`, {}],
    [
      'a deletion of what may be anything',
      `${NONE} ${NONE} refs/heads/main\n`,
      { branches: ['refs/heads/main'] },
    ],
    ['a deletion of what is not there', `${NONE} ${NONE} refs/heads/other\n`, {}],
    ['a move from what it is not', `${B} ${B} refs/heads/main\n`, { branches: ['refs/heads/main'] }],
    ['a branch that is to name another ref', `${A} ref:refs/remotes/o/x refs/heads/main\n`, OTHERS],
    ['one that names none any more', `ref:refs/remotes/o/x ${B} refs/heads/main\n`, OTHERS],
    ['a ref of heddle that is to', `${A} ref:refs/heads/x refs/heddle/authority\n`, HEDDLE],
    ['what a remote calls its own', `${NONE} ref:refs/remotes/o/main refs/remotes/o/HEAD\n`, {}],
    ['nothing', '', {}],
  ])('counts %s as what it is', (_, text, expected) => {
    expect(names(text, { 'refs/heads/main': A })).toEqual(expected);
  });

  it.each(['nonsense\n', `${A} ${B}\n`, `${A} short refs/heads/main\n`, `${A} ${B} refs/heads/main more\n`])(
    'is refused where it is %j',
    (text) => {
      expect(() => parseRefUpdates(text)).toThrow(expect.objectContaining({ code: 'HOOK_INPUT_INVALID' }));
    },
  );

  it('lets nobody move a ref of heddle, but where it stays', () => {
    const text = `${A} ${B} refs/heddle/threads/task/login\n`;
    expect(() => refuseHeddleRefs(text)).toThrow(expect.objectContaining({ code: 'REF_NOT_LOGGED' }));
    expect(() => refuseHeddleRefs(text, new Map([['refs/heddle/threads/task/login', B]]))).not.toThrow();
    expect(() => refuseHeddleRefs(`${A} ${B} refs/heads/main\n`)).not.toThrow();
  });
});

describe('what git tells pre-push', () => {
  it('names what is pushed by any words, and what is taken away', () => {
    const text = `HEAD~1 and more ${A} refs/heads/main ${NONE}\n(delete) ${NONE} refs/heads/old ${B}\n`;
    expect(parsePushedRefs(text)).toEqual([
      { local: 'HEAD~1 and more', id: A, remote: 'refs/heads/main', there: null },
      { local: '(delete)', id: null, remote: 'refs/heads/old', there: B },
    ]);
    expect(() => parsePushedRefs('nonsense\n')).toThrow(
      expect.objectContaining({ code: 'HOOK_INPUT_INVALID' }),
    );
  });
});
