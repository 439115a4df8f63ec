import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateId } from '#domain/id.ts';
import { growThread } from './grow.ts';
import { BlameScene, numbered } from './scene.ts';

const STATES = 150;
/** The state that moves lines, and the one that moves them on and turns others round. */
const [MOVES, BACK] = [60, 110];

let scene: BlameScene;
let ids: readonly StateId[];
let base: string;
beforeAll(async () => {
  scene = await new BlameScene().begin();
  scene.append(numbered('A begin', 2));
  await scene.capture('A');
  base = scene.git('rev-parse', 'main').trim();
  const begun = scene.read();
  ids = growThread(scene, STATES, (state) => ({ name: 'app.txt', content: contentOf(begun, state) }));
});
afterAll(() => scene.stage.dispose());

const lineOf = (state: number): string => `A line that came in with state ${state}\n`;

/** Each state adds a line at the end; one moves the oldest of them to the top, and another one further down. */
function contentOf(begun: string, state: number): string {
  const added = Array.from({ length: state }, (_, index) => lineOf(index + 1));
  const moved = added.splice(0, state >= MOVES ? 8 : 0).join('');
  const turned = added.splice(0, 10).toReversed();
  if (state >= BACK) return [begun, moved, ...turned, ...added].join('');
  return [moved, begun, ...turned.toReversed(), ...added].join('');
}

describe('blame of lines that were moved in a long history', () => {
  it('tells the states that they came in with, and no other line is taken for one of them', async () => {
    const { lines } = await scene.blame('src/app.txt', ['--at', 'task/login']);
    const ofStates = lines.filter(({ text }) => text.startsWith('A line that'));
    expect(ofStates).toHaveLength(STATES);
    for (const { text, state } of ofStates) {
      expect([text, state]).toEqual([text, ids[Number(text.split(' ').at(-1)) - 1]]);
    }
    const others = lines.filter(({ text }) => text.startsWith('h base'));
    expect(others.map(({ state, commit }) => [state, commit])).toEqual(others.map(() => [null, base]));
  });

  it('says the same of a few lines', async () => {
    const whole = await scene.blame('src/app.txt', ['--at', 'task/login']);
    for (const range of ['4,40', '9,9', '12,13']) {
      const [first = 1, last = 1] = range.split(',').map(Number);
      rmSync(scene.stage.repository.absolute('.git/heddle/lines'), { recursive: true });
      const some = await scene.blame('src/app.txt', ['--at', 'task/login', '-L', range]);
      expect(some.lines).toEqual(whole.lines.slice(first - 1, last));
    }
  });
});
