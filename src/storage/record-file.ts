import { utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { readBounded } from './durable-file.ts';

const LARGEST_RECORD = 2 * 1024 * 1024;
const LONGEST_FILE_NAME = 250;
export const SUFFIX = '.json';

/** What a file holds in the only version of its format; undefined where there is no file. Throws `FORMAT_INVALID`. */
export function readRecord<T>(path: string, type: string, read: (reader: JsonReader) => T): T | undefined {
  return readVersions(path, type, { versions: [1], read });
}

/** The same of a format with several versions. */
export function readVersions<T>(
  path: string,
  type: string,
  {
    versions,
    read,
  }: { readonly versions: readonly number[]; readonly read: (reader: JsonReader, version: number) => T },
): T | undefined {
  const bytes = readBounded(path, LARGEST_RECORD);
  if (bytes === undefined) return undefined;
  const reader = new JsonReader(decodeCanonical(bytes, type, LARGEST_RECORD), type);
  const value = read(reader, reader.oneOfVersions(type, versions));
  reader.end();
  return value;
}

/**
 * The file of a thread. Everything but `a-z`, `0-9`, `_`, `-` and `.` inside is `%XX`: capitals too, so that two threads
 * never share a file where the file system ignores case. Throws `THREAD_NAME_INVALID`.
 */
export function threadFile(thread: string): string {
  const name = thread.replace(/[^a-z0-9_.-]|^\./gu, (letter) =>
    Array.from(utf8(letter), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  if (name === '' || name.length + SUFFIX.length > LONGEST_FILE_NAME) {
    throw new HeddleError(
      'THREAD_NAME_INVALID',
      'the name is too long to be a file name once it is escaped',
      {
        facts: { thread: thread.slice(0, 200) },
      },
    );
  }
  return name + SUFFIX;
}

export function misplaced(path: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'a record is not of the thread its file is named for', {
    facts: { path },
  });
}
