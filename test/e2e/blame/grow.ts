import type { StateId } from '#domain/id.ts';
import { threadRef } from '#domain/refs.ts';
import { decodeState, encodeState, stateId } from '#domain/state/state-codec.ts';
import { createHasher } from '#crypto/hasher.ts';
import type { BlameScene } from './scene.ts';

const HASHER = createHasher();
const REF = threadRef('task/login');

/** One file of a state. */
export interface GrownFile {
  readonly name: string;
  readonly content: string;
}

/** Lets the thread grow below heddle, in one go; ids of the states. A file of another name than before takes its place. */
export function growThread(
  scene: BlameScene,
  count: number,
  fileOf: (state: number) => GrownFile,
): readonly StateId[] {
  const { repository, path } = scene.stage;
  const state = decodeState(repository.gitBytes(path, ['show', `${REF}:state.json`]));
  let id = stateId(HASHER, encodeState(state));
  const made: StateId[] = [];
  const pieces: string[] = [];
  let before = 'app.txt';
  for (let index = 1; index <= count; index += 1) {
    const bytes = encodeState({ ...state, parents: [id] });
    id = stateId(HASHER, bytes);
    made.push(id);
    const { name, content } = fileOf(index);
    pieces.push(
      `commit ${REF}\nmark :${index}\ncommitter Test <t@example.com> ${index} +0000\ndata 0\n`,
      `from ${index === 1 ? scene.git('rev-parse', REF) : `:${index - 1}`}\n`,
      `M 100644 inline state.json\ndata ${bytes.length}\n${Buffer.from(bytes).toString()}\n`,
      ...(name === before ? [] : [`D files/src/${before}\n`]),
      `M 100644 inline files/src/${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
    );
    before = name;
  }
  repository.gitBytes(path, ['fast-import', '--quiet', '--force'], Buffer.from(pieces.join('')));
  return made;
}
