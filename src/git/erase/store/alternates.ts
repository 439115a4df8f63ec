import { join, resolve } from 'node:path';
import { readSmallFile } from '#git/private-file.ts';

const LARGEST_LIST = 1024 * 1024;
const DEEPEST = 5;

/** Every object directory that one borrows from, directly or not. */
export function listAlternates(objectsDir: string): readonly string[] {
  const found = new Set<string>();
  let level = [objectsDir];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = level.flatMap((directory) => readAlternates(directory)).filter((path) => !found.has(path));
    for (const path of next) found.add(path);
    level = next;
  }
  return [...found];
}

function readAlternates(objectsDir: string): readonly string[] {
  const list = readSmallFile(join(objectsDir, 'info', 'alternates'), LARGEST_LIST);
  if (list === undefined) return [];
  return Buffer.from(list)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => resolve(objectsDir, line.replace(/^"(.*)"$/, '$1')));
}
