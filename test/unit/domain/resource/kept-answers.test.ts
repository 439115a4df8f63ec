import { describe, expect, it } from 'vitest';
import { keepingLately } from '#domain/resource/kept-answers.ts';

function counting(): { readonly ask: (text: string) => readonly string[]; readonly asked: string[] } {
  const asked: string[] = [];
  const ask = keepingLately((text): readonly string[] => {
    asked.push(text);
    if (text === 'bad') throw new Error('bad');
    return [text];
  });
  return { ask, asked };
}

describe('answers that are kept', () => {
  it('are those to the same text, worked out once', () => {
    const { ask, asked } = counting();
    expect(ask('a')).toEqual(['a']);
    expect(ask('b')).toEqual(['b']);
    expect(ask('a')).toBe(ask('a'));
    expect(asked).toEqual(['a', 'b']);
  });

  it('are none where it throws', () => {
    const { ask, asked } = counting();
    for (let turn = 0; turn < 2; turn += 1) expect(() => ask('bad')).toThrow('bad');
    expect(asked).toEqual(['bad', 'bad']);
  });

  it('are few, and of short texts', () => {
    const { ask, asked } = counting();
    const long = 'x'.repeat(257);
    expect(ask(long)).not.toBe(ask(long));
    for (let index = 0; index < 257; index += 1) ask(String(index));
    asked.length = 0;
    ask('0');
    ask('256');
    expect(asked).toEqual(['0']);
  });
});
