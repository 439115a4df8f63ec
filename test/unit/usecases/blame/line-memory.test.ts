import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId } from '#ports/objects.ts';
import { LineMemory, type EndedLine } from '#usecases/blame/memory/line-memory.ts';
import type { FollowedLine } from '#usecases/blame/places.ts';
import { initialised } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';

const [HEAD, OLDER, BASE, OTHER] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40)) as [
  ObjectId,
  ObjectId,
  ObjectId,
  ObjectId,
];
const PATH = utf8('secret name.txt');
const FILE = { commit: HEAD, path: PATH };

let repository: MemoryRepository;
beforeEach(async () => {
  repository = await initialised();
});

async function open({ at = 'task/a', path = PATH, ignoreWhitespace = false } = {}): Promise<LineMemory> {
  const memory = await LineMemory.open(repository.workspace, {
    path,
    ignoreWhitespace,
    at: at === 'here' ? null : at,
  });
  if (memory === undefined) throw new Error('this home has a key');
  return memory;
}

function asked(...numbers: readonly number[]): readonly FollowedLine[] {
  return numbers.map((at) => ({ line: at, at, through: [], exact: true }));
}

/** Lines 1 and 2 are from a state, 3 from another one, 4 from before the thread. */
function answer(path = PATH): readonly EndedLine[] {
  const ends = [
    { at: 7, carrier: OLDER, base: null },
    { at: 8, carrier: OLDER, base: null },
    { at: 3, carrier: HEAD, base: null },
    { at: 1, carrier: null, base: BASE },
  ];
  return asked(1, 2, 3, 4).map((line, index) => ({ line, path, ...ends[index] })) as readonly EndedLine[];
}

async function remember(lines = answer()): Promise<void> {
  const memory = await open();
  memory.keep(FILE, lines);
  await memory.write();
}

describe('where lines of a file came in', () => {
  it('is known of the same state afterwards, of each line that was asked about', async () => {
    expect((await open()).of(FILE, asked(1))).toBeUndefined();
    await remember();
    const memory = await open();
    expect(memory.carrier).toBe(HEAD);
    expect(memory.of(FILE, asked(1, 2, 3, 4))).toEqual(answer());
    expect(memory.of(FILE, asked(4, 2))).toEqual([answer()[3], answer()[1]]);
    expect(memory.of(FILE, asked(4, 5))).toBeUndefined();
    expect(memory.of({ ...FILE, commit: OLDER }, asked(1))).toBeUndefined();
    expect(memory.of({ ...FILE, path: utf8('other') }, asked(1))).toBeUndefined();
  });

  it('is remembered for each question by itself', async () => {
    await remember();
    for (const other of [{ ignoreWhitespace: true }, { at: 'here' }, { path: utf8('other') }])
      expect((await open(other)).carrier).toBeUndefined();
  });

  it('is told by no path: what goes under another one is not remembered', async () => {
    await remember(answer(utf8('former name.txt')));
    expect((await open()).carrier).toBeUndefined();
    await remember();
    const written = [...repository.lineCache.texts.values()].map((bytes) =>
      Buffer.from(bytes).toString('latin1'),
    );
    expect(written.length).toBe(1);
    expect(written.join()).not.toContain('name');
  });

  it('is not given away for less', async () => {
    await remember();
    await remember(answer().slice(0, 2));
    expect((await open()).of(FILE, asked(1, 2, 3, 4))).toEqual(answer());
    const memory = await open();
    memory.keep({ ...FILE, commit: OTHER }, answer().slice(0, 1));
    expect(memory.carrier).toBe(HEAD);
    memory.keep({ ...FILE, commit: OTHER }, answer().slice(0, 2));
    expect(memory.carrier).toBe(OTHER);
  });

  it('is not believed where this home did not write it', async () => {
    await remember();
    const [[place = '', bytes = new Uint8Array()] = []] = repository.lineCache.texts.entries();
    const text = Buffer.from(bytes).toString('latin1');
    const body = text.slice(text.indexOf('\n') + 1);
    const foreign = createReplica().keyed('lines', utf8(`seal\n${body}`));
    const planted = [
      text.replaceAll(OLDER, OTHER),
      text.slice(0, -1),
      `${text} `,
      body,
      '',
      '\n',
      `${foreign}\n${body}`,
    ];
    for (const one of planted) {
      repository.lineCache.texts.set(place, utf8(one));
      expect((await open()).carrier).toBeUndefined();
    }
    repository.lineCache.texts.set(place, utf8(text));
    expect((await open()).carrier).toBe(HEAD);
  });

  it('is not believed in the place of another answer', async () => {
    await remember();
    const memory = await open();
    await memory.keepBases([HEAD], new Map([[HEAD, new Set([BASE])]]));
    const [first, second] = [...repository.lineCache.texts.keys()];
    const texts = repository.lineCache.texts;
    const [one, other] = [texts.get(first ?? ''), texts.get(second ?? '')];
    texts.set(first ?? '', other ?? new Uint8Array());
    texts.set(second ?? '', one ?? new Uint8Array());
    expect((await open()).carrier).toBeUndefined();
    expect((await open()).basesOf([HEAD])).toBeUndefined();
  });
});

describe('what the heads of threads grew from', () => {
  it('is known where it is of each', async () => {
    const bases = new Map([
      [HEAD, new Set([BASE])],
      [OLDER, new Set<ObjectId>()],
    ]);
    await (await open()).keepBases([HEAD, OLDER], bases);
    const memory = await open();
    expect(memory.basesOf([HEAD, OLDER])).toEqual(bases);
    expect(memory.basesOf([HEAD, OTHER])).toBeUndefined();
  });

  it('is not remembered where one has nothing to tell', async () => {
    await (await open()).keepBases([HEAD, OTHER], new Map([[HEAD, new Set([BASE])]]));
    expect((await open()).basesOf([HEAD])).toBeUndefined();
  });
});
