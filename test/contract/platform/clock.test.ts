import { expect, it } from 'vitest';
import { computedMilliseconds } from '#platform/clock.ts';

it('goes on by what is computed', () => {
  const begin = computedMilliseconds();
  let rounds = 0;
  while (computedMilliseconds() < begin + 20) rounds += 1;
  expect(rounds).toBeGreaterThan(1);
});
