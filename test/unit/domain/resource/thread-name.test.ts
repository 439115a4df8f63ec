import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { collidesWith, parseThreadName } from '#domain/resource/thread-name.ts';

function codeOf(name: string): string {
  try {
    parseThreadName(name);
    return 'accepted';
  } catch (error: unknown) {
    return error instanceof HeddleError ? error.code : 'other';
  }
}

describe('thread names', () => {
  it.each(['main', 'task/login', 'a.b', 'headsup', 'ü', 'a-b_c+1', 'task/heads/x', 'head/x', 'hs-a/b'])(
    '%s is a name',
    (name) => {
      expect(codeOf(name)).toBe('accepted');
    },
  );

  it.each([
    '',
    '/a',
    'a/',
    'a//b',
    'heads',
    'heads/main',
    'Heads/x',
    '.a',
    'a/.b',
    'a..b',
    'a.',
    'a./b',
    'a.lock',
    'a.LOCK/b',
    'a@b',
    '@',
    'a:b',
    'a b',
    'a\tb',
    'a~1',
    'a^',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '-a',
    'a/-b',
    'a\u200bb',
    'a\u202eb',
    'a\u2028b',
    'cafe\u0301',
    'x\ud800',
    'HEAD',
    'head',
    'hs-4k2m',
    'a'.repeat(201),
  ])('%j is refused', (name) => {
    expect(codeOf(name)).toBe('THREAD_NAME_INVALID');
  });
});

describe('collisions of thread names', () => {
  it.each([
    ['task', 'task/login'],
    ['task/login', 'task'],
    ['Task', 'task'],
    ['TASK/x', 'task'],
    ['straße', 'STRASSE'],
    ['caf\u00e9', 'cafe\u0301'],
    ['TASK/a', 'task/b'],
    ['a/Task/x', 'a/task/y/z'],
  ])('%j and %j cannot stand side by side', (a, b) => {
    expect(collidesWith(a, b)).toBe(true);
    expect(collidesWith(b, a)).toBe(true);
  });

  it.each([
    ['task', 'task'],
    ['task', 'task-2'],
    ['task/a', 'task/b'],
    ['a', 'b'],
    ['a/Task/x', 'b/task/y'],
    ['a/X', 'a/y'],
  ])('%j and %j can', (a, b) => {
    expect(collidesWith(a, b)).toBe(false);
  });
});
