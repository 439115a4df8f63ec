import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { failure } from '#usecases/harness/answer-event.ts';

describe('what went wrong at an event', () => {
  it('refuses the tool that waits, a bug of heddle’s too, and quotes nothing of that', () => {
    expect(failure('pre-tool', new HeddleError('FORMAT_INVALID', 'it is none'))).toEqual({
      outcome: 'refused',
      message: 'it is none',
    });
    const told = failure('pre-tool', new TypeError('of something secret'));
    expect(told.outcome).toBe('refused');
    expect(told.message).toContain('heddle doctor');
    expect(told.message).not.toContain('secret');
  });

  it('is told at other events, and a bug is a bug', () => {
    expect(failure('turn-end', new HeddleError('FORMAT_INVALID', 'it is none')).outcome).toBe('failed');
    expect(() => failure('turn-end', new TypeError('a bug'))).toThrow(TypeError);
  });
});
