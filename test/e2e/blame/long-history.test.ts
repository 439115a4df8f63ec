import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { decodeState, encodeState, stateId } from '#domain/state/state-codec.ts';
import { createHasher } from '#crypto/hasher.ts';
import { BlameScene, numbered } from './scene.ts';

const HASHER = createHasher();
const STATES = 150;
const REF = threadRef('task/login');

let scene: BlameScene;
let ids: readonly string[];
beforeAll(async () => {
  scene = await new BlameScene().begin();
  scene.append(numbered('A begin', 2));
  await scene.capture('A');
  ids = growThread(STATES);
});
afterAll(() => scene.stage.dispose());

/** The file of the n-th state: each adds a line at the top, and one in three goes again ten states later. */
function contentOf(state: number): string {
  const numbers = Array.from({ length: state }, (_, index) => state - index);
  const kept = numbers.filter((number) => number % 3 !== 0 || state - number < 10);
  return kept.map((number) => `A line of state ${number}\n`).join('') + scene.read();
}

/** Lets the thread grow below heddle, in one go; ids of the states. After half of them the file gets another name. */
function growThread(count: number): readonly string[] {
  const state = decodeState(scene.stage.repository.gitBytes(scene.stage.path, ['show', `${REF}:state.json`]));
  let id = stateId(HASHER, encodeState(state));
  const made: string[] = [];
  const pieces: string[] = [];
  for (let index = 1; index <= count; index += 1) {
    const bytes = encodeState({ ...state, parents: [id] });
    id = stateId(HASHER, bytes);
    made.push(id);
    const [name, other] = index > count / 2 ? ['new name.txt', 'app.txt'] : ['app.txt', 'new name.txt'];
    const content = contentOf(index);
    pieces.push(
      `commit ${REF}\nmark :${index}\ncommitter Test <t@example.com> ${index} +0000\ndata 0\n`,
      `from ${index === 1 ? scene.git('rev-parse', REF) : `:${index - 1}`}\n`,
      `M 100644 inline state.json\ndata ${bytes.length}\n${Buffer.from(bytes).toString()}\n`,
      ...(index === 1 ? [] : [`D files/src/${other}\n`]),
      `M 100644 inline files/src/${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
    );
  }
  scene.stage.repository.gitBytes(
    scene.stage.path,
    ['fast-import', '--quiet', '--force'],
    Buffer.from(pieces.join('')),
  );
  return made;
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
});
