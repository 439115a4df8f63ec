import { chmodSync, closeSync, constants, fsyncSync, lstatSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { guardFiles, replaceFile } from '#git/private-file.ts';
import type { EraseGround } from './ground.ts';

/** Puts other content into a file of Git's, in one step and with the file's own mode; durable on return. */
export function exchangeFile({ scratchDir }: EraseGround, path: string | Buffer, content: Buffer): void {
  const temporary = join(scratchDir, 'log');
  replaceFile(temporary, content);
  guardFiles(path, () => {
    chmodSync(temporary, lstatSync(path).mode & 0o7777);
    renameSync(temporary, path);
  });
  const raw = Buffer.from(path);
  syncDirectory(raw.subarray(0, raw.lastIndexOf('/')));
}

/** Makes what was added to or removed from a directory durable. */
export function syncDirectory(path: string | Buffer): void {
  guardFiles(path, () => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}
