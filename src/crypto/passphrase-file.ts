import { HeddleError } from '#domain/error.ts';
import type { Passphrase } from '#ports/keys.ts';
import { loadPrivateFile, type PrivateFileRules } from './private-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: 1_024,
  directory: 'any',
};
const NEWLINE = 10;
const RETURN = 13;

/**
 * The first line of a passphrase file, as bytes. The file is checked like a key file. Throws
 * `PASSPHRASE_MISSING` where there is no file or its first line is empty.
 */
export async function readPassphraseFile(path: string): Promise<Passphrase> {
  const value = await loadPrivateFile(path, RULES, firstLine);
  if (value !== undefined && value.length > 0) return { kind: 'secret', value };
  const why = value === undefined ? 'there is no such file' : 'its first line is empty';
  throw new HeddleError('PASSPHRASE_MISSING', `no passphrase in ${path}: ${why}`, { facts: { path } });
}

function firstLine(bytes: Uint8Array): Uint8Array {
  const at = bytes.indexOf(NEWLINE);
  const line = at === -1 ? bytes : bytes.subarray(0, at);
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}
