import { makePrivateDirectory, type PrivateFileRules } from '#crypto/private-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: 0,
  directory: 'private',
};

/** Makes the directory for keys and secrets of a server, or checks the one that is there. Throws `KEY_FILE_MODE`. */
export async function makeServerHome(path: string): Promise<void> {
  await makePrivateDirectory(path, RULES);
}
