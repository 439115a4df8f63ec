import { expect, it } from 'vitest';
import { otherTurn } from '#composition/other-turn.ts';

it('lets go on what was ready before, which a promise that is kept does not', async () => {
  let done = false;
  setImmediate(() => (done = true));
  await Promise.resolve();
  expect(done).toBe(false);
  await otherTurn();
  expect(done).toBe(true);
});
