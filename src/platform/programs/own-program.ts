import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What starts this heddle again: node, and the launcher of the same installation; both absolute. */
export function findOwnProgram(): { readonly node: string; readonly script: string } {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const script = join(directory, 'bin', 'heddle.js');
    if (existsSync(script)) return { node: process.execPath, script };
    if (directory === dirname(directory)) throw new Error('invariant: the launcher stands above the program');
  }
}
