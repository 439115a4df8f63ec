import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateId } from '#domain/id.ts';
import { threadRef } from '#domain/refs.ts';
import { decodeState, encodeState, stateId } from '#domain/state/state-codec.ts';
import { createHasher } from '#crypto/hasher.ts';
import { growThread } from './grow.ts';
import { BlameScene, numbered } from './scene.ts';

const HASHER = createHasher();
const STATES = 150;
const REF = threadRef('task/login');

let scene: BlameScene;
let ids: readonly StateId[];
beforeAll(async () => {
  scene = await new BlameScene().begin();
  scene.append(numbered('A begin', 2));
  await scene.capture('A');
  ids = growThread(scene, STATES, (state) => ({
    name: state > STATES / 2 ? 'new name.txt' : 'app.txt',
    content: contentOf(state),
  }));
});
afterAll(() => scene.stage.dispose());

/** The file of the n-th state: each adds a line at the top, and one in three goes again ten states later. */
function contentOf(state: number): string {
  const numbers = Array.from({ length: state }, (_, index) => state - index);
  const kept = numbers.filter((number) => number % 3 !== 0 || state - number < 10);
  return kept.map((number) => `A line of state ${number}\n`).join('') + scene.read();
}

describe('blame of a long history', () => {
  const expectRight = async (): Promise<void> => {
    const { lines } = await scene.blame('src/new name.txt', ['--at', 'task/login']);
    const ofStates = lines.filter(({ text }) => text.startsWith('A line of state'));
    expect(ofStates.length).toBeGreaterThan(90);
    for (const { text, state } of ofStates)
      expect([text, state]).toEqual([text, ids[Number(text.slice(16)) - 1]]);
    const base = lines.filter(({ text }) => text.startsWith('h base'));
    expect(base.map(({ state, commit }) => [state, commit])).toEqual(
      base.map(() => [null, scene.git('rev-parse', 'main')]),
    );
    expect(lines.filter(({ text }) => text.startsWith('A begin')).every(({ how }) => how === 'exact')).toBe(
      true,
    );
  };

  it('is followed in parts, over a rename, with the same answer for each line', expectRight);

  it('does not take a branch’s word for where states end', async () => {
    scene.git('branch', 'planted', `${REF}~40`);
    await expectRight();
    scene.git('branch', '-f', 'planted', REF);
    await expectRight();
  });

  it('goes into both parents of a state', async () => {
    const head = scene.git('rev-parse', REF);
    const state = decodeState(
      scene.stage.repository.gitBytes(scene.stage.path, ['show', `${REF}:state.json`]),
    );
    const [last, before] = [ids[STATES - 1], ids[STATES - 41]];
    if (last === undefined || before === undefined) throw new Error('there are so many states');
    const side = encodeState({ ...state, parents: [before], thread: 'task/side' });
    const sideId = stateId(HASHER, side);
    const merge = encodeState({ ...state, parents: [last, sideId] });
    const file = (name: string, content: string): string =>
      `M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
    const begin = (ref: string, mark: number): string =>
      `commit ${ref}\nmark :${mark}\ncommitter Test <t@example.com> 900 +0000\ndata 0\n`;
    const path = 'files/src/new name.txt';
    const pieces = [
      `${begin('refs/heddle/threads/task/side', 1)}from ${REF}~40\n`,
      file('state.json', Buffer.from(side).toString()),
      file(path, `${contentOf(STATES - 40)}A of the side\n`),
      `${begin(REF, 2)}from ${head}\nmerge :1\n`,
      file('state.json', Buffer.from(merge).toString()),
      file(path, `${contentOf(STATES)}A of the side\n`),
    ];
    scene.stage.repository.gitBytes(
      scene.stage.path,
      ['fast-import', '--quiet', '--force'],
      Buffer.from(pieces.join('')),
    );
    await expectRight();
    const { lines } = await scene.blame('src/new name.txt', ['--at', 'task/login']);
    expect(lines.at(-1)).toMatchObject({ text: 'A of the side', state: sideId, how: 'exact' });
  });
});
