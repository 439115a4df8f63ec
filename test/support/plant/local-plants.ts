import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import type { Ground } from './ground.ts';
import type { Plant } from './plant.ts';

/** A database where heddle keeps its own; the one of a home that has one, where there is any. */
function database(ground: Ground): string {
  const root = join(ground.gitDirectory, 'heddle', 'index');
  mkdirSync(root, { recursive: true });
  const replica = readdirSync(root).find((name) => /^[0-9a-z]{52}$/.test(name)) ?? '0'.repeat(52);
  return join(root, replica, 'level');
}

async function put(ground: Ground): Promise<void> {
  const directory = database(ground);
  mkdirSync(directory, { recursive: true });
  const level = new Level(directory);
  for (let index = 0; index < 50; index += 1) await level.put(`other ${index}`, `value ${index}`.repeat(20));
  await level.put('content', ground.content);
  await level.del('content');
  await level.close();
}

/** Opening writes the log into a table, and a delete there is no erasure. */
async function open(ground: Ground): Promise<void> {
  const level = new Level(database(ground));
  await level.open();
  await level.close();
}

const holds = (ground: Ground, end: string): boolean => {
  const directory = database(ground);
  if (!existsSync(directory)) return false;
  const files = readdirSync(directory).filter((name) => name.endsWith(end));
  // A table is compressed, but a key as random as this one stays as it is.
  const [, mark = ''] = /KEY=(\S+)/.exec(ground.content) ?? [];
  return mark !== '' && files.some((name) => readFileSync(join(directory, name)).includes(mark));
};

const LEVEL_LOG: Plant = {
  name: "LevelDB's log",
  when: 'captured',
  step: 'local-index',
  plant: put,
  isPlanted: (ground) => holds(ground, '.log'),
};

const LEVEL_TABLE: Plant = {
  name: "LevelDB's tables",
  when: 'captured',
  step: 'local-index',
  plant: async (ground) => {
    await put(ground);
    await open(ground);
  },
  isPlanted: (ground) => holds(ground, '.ldb'),
};

const temporaryFile = (ground: Ground): string => join(ground.gitDirectory, 'heddle', 'tmp', 'left-behind');

const TEMPORARY: Plant = {
  name: "a temporary file of heddle's",
  when: 'captured',
  step: 'caches',
  plant: (ground) => {
    ground.write(temporaryFile(ground), '');
    writeFileSync(temporaryFile(ground), ground.content);
  },
  isPlanted: (ground) =>
    existsSync(temporaryFile(ground)) && readFileSync(temporaryFile(ground), 'utf8') === ground.content,
};

/** Places of heddle's own. */
export const LOCAL_PLANTS: readonly Plant[] = [LEVEL_LOG, LEVEL_TABLE, TEMPORARY];
