import { basename, join } from 'node:path';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { readSmallFile, replaceFile } from '#git/private-file.ts';

const LARGEST = 1024 * 1024;
/** The files in which git keeps messages of commits that are being made. */
const FILES = ['COMMIT_EDITMSG', 'MERGE_MSG'];

/** The message in such a file of a Git directory; undefined for another file, and for what is no text. */
export function readCommitMessage(gitDir: string, file: string): string | undefined {
  const path = messagePath(gitDir, file);
  const bytes = path === undefined ? undefined : readSmallFile(path, LARGEST);
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}

/** Puts another message into its place, in one step. */
export function writeCommitMessage(gitDir: string, file: string, text: string): void {
  const path = messagePath(gitDir, file);
  if (path !== undefined) replaceFile(path, utf8(text));
}

/** Whatever directory was named: nothing but git's own files is read or written. */
function messagePath(gitDir: string, file: string): string | undefined {
  const name = basename(file);
  return FILES.includes(name) ? join(gitDir, name) : undefined;
}
