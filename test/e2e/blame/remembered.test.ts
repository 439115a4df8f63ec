import { existsSync, readdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlameScene, numbered } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
afterAll(() => scene.stage.dispose());

const AT = ['--at', 'task/login'];

/** Blame as it is told from what is remembered, which has to be what it is without; it is remembered again then. */
async function expectSame(options: readonly string[]): Promise<void> {
  const memory = scene.stage.repository.absolute('.git/heddle/lines');
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
    const memory = scene.stage.repository.absolute('.git/heddle/lines');
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
