import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlameScene, numbered } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
afterAll(() => scene.stage.dispose());

const AT = ['--at', 'task/login'];

const memoryOf = (what: 'lines' | 'states'): string =>
  scene.stage.repository.absolute(`.git/heddle/${what}`).toString();

/** Blame as it is told from what is remembered, which has to be what it is without; it is remembered again then. */
async function expectSame(options: readonly string[]): Promise<void> {
  const memory = memoryOf('lines');
  const remembered = await scene.blame('src/app.txt', options);
  rmSync(memory, { recursive: true, force: true });
  expect(await scene.blame('src/app.txt', options)).toEqual(remembered);
  expect(existsSync(memory) && readdirSync(memory).length).toBe(2);
  expect(await scene.blame('src/app.txt', options)).toEqual(remembered);
}

describe('blame of a file that was asked about before', () => {
  it('says of a state, and of those after it, what it says to whoever asks first', async () => {
    scene.append(numbered('A own', 4));
    scene.insertAfter('h base line number 2', numbered('A between', 2));
    await scene.capture('A');
    await expectSame(AT);
    scene.insertAfter('A own line number 2', numbered('B own', 2));
    scene.replace('h base line number 5\n', '');
    await scene.capture('B');
    await expectSame(AT);
    const { lines } = await scene.blame('src/app.txt', ['-L', '3,4', ...AT]);
    expect(lines.map(({ text, actor }) => [text.slice(0, 9), actor?.agent])).toEqual([
      ['A between', 'writer'],
      ['A between', 'writer'],
    ]);
  });

  it('says of the work tree what it says to whoever asks first, moved lines and all', async () => {
    await expectSame([]);
    scene.replace(/^(B own line number 1\n)([^]*)$/m, '$2$1');
    scene.append('not captured\n');
    await expectSame([]);
    scene.write(`h base line number 5\n${scene.read()}`);
    await expectSame([]);
  });

  it('is remembered by a count of that file alone, too, and told as it was', async () => {
    const memory = memoryOf('lines');
    const forget = (): void => rmSync(memory, { recursive: true, force: true });
    const count = (...paths: readonly string[]): Promise<unknown> =>
      scene.stage.dev.answer('who', [...paths, ...AT]);
    forget();
    const many = await count('src');
    expect(existsSync(memory)).toBe(false);
    const first = await count('src/app.txt');
    expect(readdirSync(memory).length).toBe(2);
    expect(await count('src/app.txt')).toEqual(first);
    await expectSame(AT);
    expect(await count('src/app.txt')).toEqual(first);
    expect(await count('src')).toEqual(many);
  });
});

describe('who made states whose lines were told before', () => {
  const text = async (): Promise<string> =>
    (await scene.stage.dev.ok(['blame', 'src/app.txt', ...AT])).stdout;
  const forget = (): void => {
    for (const what of ['lines', 'states'] as const) rmSync(memoryOf(what), { recursive: true, force: true });
  };

  it('is told without reading them, and as it is to whoever asks first', async () => {
    for (let state = 1; state <= 10; state += 1) {
      scene.append(`A line of state ${state}\n`);
      await scene.capture(state % 2 === 0 ? 'A' : 'B');
    }
    forget();
    const [first, counted] = [await text(), await scene.stage.dev.answer('who', ['src', ...AT])];
    expect(readdirSync(memoryOf('states')).length).toBe(1);
    const report = await scene.blame('src/app.txt', AT);
    expect(first).toContain('writer (model-a)');
    expect(await text()).toBe(first);
    expect(await scene.stage.dev.answer('who', ['src', ...AT])).toEqual(counted);
    rmSync(memoryOf('lines'), { recursive: true, force: true });
    expect(await text()).toBe(first);
    expect(await scene.blame('src/app.txt', AT)).toEqual(report);
    rmSync(memoryOf('states'), { recursive: true, force: true });
    expect(await text()).toBe(first);
    forget();
    expect(await scene.blame('src/app.txt', AT)).toEqual(report);
  });

  it('is found anew once there is another authority record', async () => {
    await text();
    const [name = ''] = readdirSync(memoryOf('states'));
    const before = readFileSync(join(memoryOf('states'), name), 'latin1');
    const told = await text();
    await scene.stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core']);
    expect(await text()).toBe(told);
    const after = readFileSync(join(memoryOf('states'), name), 'latin1');
    expect(after.split('\n')[1]).not.toBe(before.split('\n')[1]);
    expect(await text()).toBe(told);
  });

  it('tells nothing of what was hidden since, and no signature that was taken away', async () => {
    const told = await text();
    const newest = (await scene.blame('src/app.txt', AT)).states.at(-1)?.state ?? '';
    await scene.stage.owner.ok(['redact', '--text', newest, '--reason', 'a name']);
    expect(await text()).toBe(told);
    const { states } = await scene.blame('src/app.txt', AT);
    expect(states.find(({ state }) => state === newest)).toMatchObject({ intent: null, redacted: [{}] });
    scene.takeSignature();
    expect(await text()).toContain('unsigned');
    const all = Array.from(['lines', 'states'] as const, (what) =>
      readdirSync(memoryOf(what)).map((name) => readFileSync(join(memoryOf(what), name), 'latin1')),
    );
    expect(all.join()).not.toContain('work of');
  });
});
