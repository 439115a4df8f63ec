import { describe, expect, it } from 'vitest';
import { PUSH_REFUSALS, readRefusal } from '#domain/server/push-refusal.ts';

describe('what a server says', () => {
  it.each(PUSH_REFUSALS)('is read again where it says %s', (code) => {
    const read = { code, subject: 'refs/heads/main', message: 'it moves by landings: this is none' };
    for (const before of ['', 'refused: ', '  '])
      expect(readRefusal(`${before}${code} ${read.subject}: ${read.message}`)).toEqual(read);
  });

  it('has subjects of several words', () => {
    expect(readRefusal('LOG_REFUSED the log of 0123: it was cut off')).toEqual({
      code: 'LOG_REFUSED',
      subject: 'the log of 0123',
      message: 'it was cut off',
    });
  });

  it('is no refusal where it says anything else', () => {
    for (const line of [
      '',
      'error: PUSH_REFUSED',
      'SOMETHING_NEW refs/x: y',
      'hint: pull first',
      'REF_REFUSED',
    ])
      expect(readRefusal(line)).toBeUndefined();
  });
});
