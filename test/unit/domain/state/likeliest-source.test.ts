import { expect, it } from 'vitest';
import { likeliestSource } from '#domain/state/likeliest-source.ts';
import { instantMilliseconds, parseInstant } from '#domain/time.ts';

const at = (told: string) => {
  const [thread = '', time = ''] = told.split(' ');
  return { state: { thread, capturedAt: parseInstant(`2026-11-22T10:00:${time}Z`) } };
};
const COMMITTED = instantMilliseconds(parseInstant('2026-11-22T10:00:30.000Z'));

it.each([
  [
    'the newest before the commit, not who captured it after taking it over',
    ['a 10.000', 'b 20.000', 'c 50.000'],
    1,
  ],
  ['one of the commit’s own second, which git knows no part of', ['a 10.000', 'b 30.700', 'c 50.000'], 1],
  ['one that was amended since', ['a 10.000', 'b 20.000', 'b 40.000', 'c 50.000'], 2],
  ['the newest where all came later', ['a 40.000', 'b 50.000'], 1],
])('%s', (_, told, expected) => {
  for (const given of [told, told.toReversed()])
    expect(likeliestSource(given.map(at), COMMITTED)).toEqual(at(told[expected] ?? ''));
});

it('nothing of nothing', () => {
  expect(likeliestSource([], COMMITTED)).toBeUndefined();
});
