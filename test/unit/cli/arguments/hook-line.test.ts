import { describe, expect, it } from 'vitest';
import { readHookLine } from '#cli/arguments/hook-line.ts';
import { parseArguments } from '#cli/arguments/parse-arguments.ts';
import { CLIENT_HOOKS } from '#domain/hooks/hook-name.ts';

describe('the line that hooks of a clone are started with', () => {
  it.each(CLIENT_HOOKS.map((hook) => ({ hook })))('is understood as every line is: $hook', ({ hook }) => {
    for (const rest of [[], ['origin', '--json'], ['--', '-h', '--version']]) {
      const line = ['hook', 'run', hook, '--', ...rest];
      expect(readHookLine(line)).toEqual(parseArguments(line));
    }
  });

  it.each([
    { line: 'hook run pre-commit' },
    { line: 'hook run pre-commit --json --' },
    { line: '--json hook run pre-commit --' },
    { line: 'hook run pre-receive --' },
    { line: 'hook run commit-msg --' },
    { line: 'hook status --' },
    { line: '' },
  ])('leaves any other line to what understands all: $line', ({ line }) => {
    expect(readHookLine(line.split(' '))).toBeUndefined();
  });

  it('leaves an empty word to what refuses it', () => {
    expect(readHookLine(['hook', 'run', 'pre-push', '--', ''])).toBeUndefined();
  });
});
