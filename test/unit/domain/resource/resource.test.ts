import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import {
  ancestorsOf,
  commonAncestor,
  covers,
  formatResource,
  parseResource,
  pathResource,
  repositoryResource,
  threadResource,
} from '#domain/resource/resource.ts';
import { HeddleError } from '#domain/error.ts';

const TARGETS = [
  'acme/core@task/login:src/a.ts',
  'acme/core@task/login',
  'acme/core:src/a.ts',
  'acme/core-evil',
] as const;

/** The table of "What covers what", row by row. */
const COVERS: readonly (readonly [string, readonly boolean[]])[] = [
  ['acme', [true, true, true, true]],
  ['acme/core', [true, true, true, false]],
  ['acme/core@task', [true, true, false, false]],
  ['acme/core:src', [true, false, true, false]],
  ['acme/core@task/login:src', [true, false, false, false]],
  ['acme/core:sr', [false, false, false, false]],
];

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error: unknown) {
    return error instanceof HeddleError ? error.code : 'other';
  }
}

describe('what covers what', () => {
  it.each(COVERS)('%s covers just what the table says', (scope, expected) => {
    expect(TARGETS.map((target) => covers(scope, target))).toEqual(expected);
    expect(TARGETS.map((target) => ancestorsOf(target).includes(scope))).toEqual(expected);
  });

  it('covers itself and never what is above it', () => {
    for (const text of TARGETS) expect(covers(text, text)).toBe(true);
    expect(covers('acme/core@task/login', 'acme/core@task')).toBe(false);
    expect(covers('acme/core:src', 'acme/core')).toBe(false);
    expect(covers('acme/core', 'acme')).toBe(false);
  });

  it.each([
    ['acme/core', 'acme/corex'],
    ['acme/core', 'acme/core-evil@main'],
    ['acme/core@task', 'acme/core@task-2'],
    ['acme/core@task', 'acme/core@tasks/login'],
    ['acme/core:src', 'acme/core:src2/a'],
    ['acme/core:src', 'acme/core:lib/src'],
    ['acme/core@src', 'acme/core:src'],
    ['acme/core:heads/main', 'acme/core@heads/main'],
    ['acme/core@t', 'acme/core/sub@t'],
    ['acme/core:src', 'acme/core/sub:src'],
    ['ac', 'acme/core'],
  ])('%s does not cover its look-alike %s', (scope, resource) => {
    expect(covers(scope, resource)).toBe(false);
  });
});

describe('ancestors', () => {
  it('lists the resource, every pair of prefixes and the namespaces, nearest first', () => {
    expect(ancestorsOf('n/r@a/b:x/y')).toEqual([
      'n/r@a/b:x/y',
      'n/r@a/b:x',
      'n/r@a:x/y',
      'n/r@a/b',
      'n/r@a:x',
      'n/r:x/y',
      'n/r@a',
      'n/r:x',
      'n/r',
      'n',
    ]);
    expect(ancestorsOf('a/b/c')).toEqual(['a/b/c', 'a/b', 'a']);
  });
});

describe('parsing', () => {
  it.each([
    'acme',
    'acme/core',
    'acme/core@main',
    'acme/core@task/login:src/auth/token.ts',
    'acme/core@heads/feature%402',
    'acme/core@heads',
    'acme/core:a b/ü.txt',
    'acme/core:%FF/100%25',
    'acme/core:mail%40host%3A8',
    'acme/c%2Fd',
    'acme/core:-n',
  ])('%s is its own canonical form', (text) => {
    expect(formatResource(parseResource(text))).toBe(text);
  });

  it.each([
    '',
    '/',
    'acme/',
    '/acme',
    'acme//core',
    'acme/../core',
    '-acme/core',
    'acme/core@',
    'acme/core:',
    'acme/core@:src',
    'acme/core@a@b',
    'acme/core@a//b',
    'acme/core@a:b:c',
    'acme/core@t:../x',
    'acme/core:/etc/passwd',
    'acme/core:a//b',
    'acme/core:a/./b',
    'acme/core:.git/config',
    'acme/core:src/.GIT/hooks',
    'acme/core:a%2Fb',
    'acme/core@a%2Fb',
    'acme/core:%00',
    'acme/core:%41',
    'acme/core:%e2',
    'acme/core:100%',
    'acme/core:%2',
    'acme/core:a@b',
    'acme/core:tab\there',
    'acme/core@x.lock',
    'acme/core@-x',
    'acme/core@HEADS/main',
    'acme/core@a%40b',
    'acme/core@a b',
    'acme/core:\ud800',
    'acme/cafe\u0301',
    `acme/core:${'a/'.repeat(9000)}b`,
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseResource(text))).toBe('RESOURCE_INVALID');
  });

  it('escapes what would separate parts, and gives the same bytes back', () => {
    const raw = Uint8Array.of(...utf8('a@b:c%/'), 0xff, 0x0a);
    expect(pathResource('acme/core', 't', raw)).toBe('acme/core@t:a%40b%3Ac%25/%FF%0A');
    expect(pathResource('acme/core', null, utf8('src/a'))).toBe('acme/core:src/a');
    expect(threadResource('acme/core', 'heads/v@1')).toBe('acme/core@heads/v%401');
    expect(repositoryResource('acme/my@core')).toBe('acme/my%40core');
  });

  it('refuses raw paths that leave the repository', () => {
    for (const path of ['../x', '/x', 'a/../b', '.git/x', 'a\0b', '']) {
      expect(codeOf(() => pathResource('acme/core', 't', utf8(path)))).toBe('PATH_INVALID');
    }
  });
});

describe('the common ancestor', () => {
  const common = (...texts: readonly string[]): string | undefined => {
    const found = commonAncestor(texts.map(parseResource));
    return found === undefined ? undefined : formatResource(found);
  };
  it('is the narrowest resource above all', () => {
    expect(common('n/r@t:src/a', 'n/r@t:src/b')).toBe('n/r@t:src');
    expect(common('n/r@t/a:src', 'n/r@t/b:src')).toBe('n/r@t:src');
    expect(common('n/r@t:src', 'n/r@t')).toBe('n/r@t');
    expect(common('n/r@t', 'n/s@t')).toBe('n');
    expect(common('n/r', 'm/r')).toBeUndefined();
    expect(common('n/r:a')).toBe('n/r:a');
    expect(common()).toBeUndefined();
  });
});
