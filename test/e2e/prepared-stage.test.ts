import { existsSync, statSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { Stage } from '../support/cli/stage.ts';

const stages: Stage[] = [];

afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

function raise(): Stage {
  const stage = new Stage();
  stages.push(stage);
  return stage;
}

const founded = (stage: Stage): string => stage.git('rev-list', '--max-parents=0', 'refs/heddle/authority');

it('a prepared stage goes on under the keys that began it, and verifies', async () => {
  const stage = await raise().withDev();
  const logs = stage.logFiles();
  expect(logs).toHaveLength(2);
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core']);
  stage.write('a', 'a\n');
  await stage.dev.ok(['capture']);
  expect(stage.logFiles()).toEqual(logs);
  expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true });
  const key = stage.beside('people', 'dev', 'heddle', 'data', 'keys', 'dev@example.com.json');
  expect(statSync(key).mode & 0o777).toBe(0o600);
});

it('stages that stand at once are of different repositories; one after another may be of the same', async () => {
  const [first, second] = [await raise().withDev(), await raise().withDev()];
  expect(founded(first)).not.toBe(founded(second));
  const was = founded(first);
  first.dispose();
  expect(existsSync(first.root)).toBe(false);
  expect(founded(await raise().withDev())).toBe(was);
});

it('a stage in which something was done is set up by itself', async () => {
  const was = founded(await raise().begin());
  for (const stage of stages.splice(0)) stage.dispose();
  const stage = raise();
  stage.git('config', 'user.name', 'Somebody');
  await stage.begin();
  expect(founded(stage)).not.toBe(was);
  expect(stage.git('config', 'user.name')).toBe('Somebody');
});
