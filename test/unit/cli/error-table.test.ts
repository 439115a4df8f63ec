import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportError } from '#cli/error-report.ts';
import { ERROR_TABLE, hintFor } from '#cli/error-table.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { terminalText } from '#cli/terminal-text.ts';
import { HeddleError, type HeddleErrorOptions } from '#domain/error.ts';

const terminal = terminalText({ color: false, now: 0 });
const textOf = (error: unknown): string => reportError(error).text(terminal).join('\n');
const notFound = (message: string, options: HeddleErrorOptions = {}): HeddleError =>
  new HeddleError('NOT_FOUND', message, options);

describe('the error table', () => {
  it('has a row for every code and no other', () => {
    const source = readFileSync(new URL('../../../src/domain/error.ts', import.meta.url), 'utf8');
    const codes = Array.from(source.matchAll(/^ {2}\| '([A-Z_]+)'/gm), (match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(50);
    expect(Object.keys(ERROR_TABLE).toSorted()).toEqual(codes.toSorted());
  });

  it('uses documented exit codes, and 75 only for what may be retried', () => {
    const retryable = Object.entries(ERROR_TABLE).flatMap(([code, { exit }]) => (exit === 75 ? [code] : []));
    expect(retryable.toSorted()).toEqual([
      'FILE_CHANGING',
      'LOCK_HELD',
      'REF_MOVED',
      'REMOTE_MOVED',
      'THREAD_CLAIMED',
    ]);
    for (const { exit } of Object.values(ERROR_TABLE)) expect([64, 65, 73, 74, 75, 77, 78]).toContain(exit);
  });

  it('advises only what the parser understands', () => {
    const words = Object.values(ERROR_TABLE).flatMap(({ fix, hint }) => [
      ...(fix === null ? [] : [fix]),
      ...Array.from(hint?.matchAll(/`(heddle [^`]+)`/g) ?? [], (match) => (match[1] ?? '').split(' ')),
    ]);
    expect(words.length).toBeGreaterThan(20);
    for (const argv of words) expect(() => parseAdvice(argv), argv.join(' ')).not.toThrow();
  });

  it('has hints in the imperative without a full stop', () => {
    for (const { hint } of Object.values(ERROR_TABLE)) {
      if (hint !== null) expect(hint).toMatch(/^[a-z].*[^.]$/);
    }
  });

  it('puts what was probably meant before the usual hint', () => {
    expect(hintFor('USAGE', { suggestion: 'status' })).toBe('did you mean status?');
    expect(hintFor('NOT_FOUND', { operation: 'ho-0' })).toContain('`heddle oplog`');
    expect(hintFor('USAGE', { expected: ['a', 'b'] })).toBe('give one of a, b');
    expect(hintFor('NOT_FOUND', { thread: 'nope' })).toContain('`heddle thread list`');
    expect(hintFor('NOT_FOUND', { advice: 'look there', suggestion: 'status' })).toBe('look there');
    expect(hintFor('USAGE', { help: 'log' })).toBe('see `heddle help log`');
    expect(hintFor('USAGE', {})).toBe('see `heddle help`');
    expect(hintFor('IO_FAILED', { reason: 'EROFS' })).toContain('who may write');
    expect(hintFor('IO_FAILED', { reason: 'EIO' })).toBeNull();
  });
});

describe('the report of an error', () => {
  it('shows a path that is called like a part of the message', () => {
    for (const path of ['a', 'file', 'd/e']) {
      const message = 'a file of the work tree cannot be read';
      expect(textOf(new HeddleError('FILE_UNREADABLE', message, { facts: { path } }))).toContain(
        `  path       ${path}\n`,
      );
    }
    const told = new HeddleError('IO_FAILED', '/x/y cannot be read', { facts: { path: '/x/y' } });
    expect(textOf(told)).not.toContain('  path');
  });

  it('says what happened, what was kept and what to do', () => {
    const error = new HeddleError('FILE_TOO_LARGE', 'big.bin is too large', {
      facts: { path: 'big.bin', bytes: 7, limit: null, names: [] },
      preserved: 'nothing was captured',
    });
    expect(textOf(error)).toBe(
      [
        'error: big.bin is too large',
        '  bytes      7',
        '  nothing was captured',
        'hint: leave it out with .gitignore, or allow it with --max-bytes',
      ].join('\n'),
    );
  });

  it('is one object with every field for programs', () => {
    expect(reportError(notFound('no such thread', { facts: { name: 'x' } })).json).toEqual({
      schema: 'heddle/error/v1',
      code: 'NOT_FOUND',
      message: 'no such thread',
      exit: 65,
      facts: { name: 'x' },
      preserved: null,
      hint: null,
      fixes: [],
    });
  });

  it('shows a time as all times are shown', () => {
    const error = new HeddleError('THREAD_CLAIMED', 'it is claimed', {
      facts: { since: '2026-11-21T13:20:00.000Z' },
    });
    const now = Date.parse('2026-11-21T13:20:07.000Z');
    const lines = reportError(error).text(terminalText({ color: false, now }));
    expect(lines[1]).toBe('  since      2026-11-21 13:20 UTC, 7 s ago');
    expect(reportError(error).json).toMatchObject({ facts: { since: '2026-11-21T13:20:00.000Z' } });
  });

  it('escapes what the repository put into it', () => {
    const text = textOf(notFound('no \u001b[2J', { facts: { 'a\nb': '\u202e' }, preserved: '\u0007' }));
    expect(text).toBe('error: no \\x1b[2J\n  a\\nb       \\u{202e}\n  \\x07');
  });

  it('calls everything else a bug, and shows nothing of it', () => {
    for (const thrown of [new TypeError('secret'), 'secret', null, { secret: true }]) {
      const report = reportError(thrown);
      expect(report.exit).toBe(70);
      expect(textOf(thrown)).toContain('this is a bug in heddle');
      expect(textOf(thrown) + JSON.stringify(report.json)).not.toContain('secret');
    }
  });
});
