import type { Credential } from '#ports/keys.ts';
import type { Machine } from '#ports/workspace.ts';
import { LARGEST_INPUT, type InputReader } from './offered-token.ts';

/** Stands for the path of a credential that is in no file. */
const NO_FILE = '-';

/** Reads the credential that the caller sends over standard input. Throws `CREDENTIAL_FILE_INVALID`. */
export async function readGivenCredential(machine: Machine, input: InputReader): Promise<Credential> {
  return machine.credentials.parse(await input.readInput(NO_FILE, LARGEST_INPUT));
}

/** The machine as it is when the caller's credential is this one. Nothing of it is written anywhere. */
export function holding<Here extends Machine>(machine: Here, credential: Credential): Here {
  const { credentials, said } = machine;
  return {
    ...machine,
    said: { ...said, credentialPath: NO_FILE },
    credentials: {
      ...credentials,
      read: async (path) => (path === NO_FILE ? credential : credentials.read(path)),
    },
  };
}
