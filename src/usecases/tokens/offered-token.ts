import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Machine } from '#ports/workspace.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';

/** Reads what the caller named: a file, or standard input for `-`. */
export interface InputReader {
  readInput(path: string, maxBytes: number): Promise<Uint8Array>;
  resolvePath(path: string): string;
}

/** Bytes of the longest token or credential that is read, and some. */
export const LARGEST_INPUT = 64 * 1024;
/** Letters. Two signatures and three keys take more; the name of a file hardly. */
const SHORTEST_TOKEN = 256;
const BEGINS_JSON = 0x7b;

/**
 * The token to look at: of the named credential file, or a bare one (binary or base64url); of the caller's own
 * credential where nothing is named. A credential file is checked as at every load; what comes over standard input
 * has no file to check.
 */
export async function readOfferedToken(
  machine: Machine,
  input: InputReader,
  path: string | null,
): Promise<Uint8Array> {
  if (path === null) return ownToken(machine);
  assertNoToken(path);
  const bytes = await input.readInput(path, LARGEST_INPUT);
  if (bytes[0] === BEGINS_JSON) {
    if (path === '-') return machine.credentials.parse(bytes).token;
    return (await machine.credentials.read(input.resolvePath(path))).token;
  }
  return parseBase64Url(decodeUtf8(bytes)?.trim() ?? '\n') ?? bytes;
}

/** An error about a file names it, and a command line is for every process to read: that is no place for a token. */
function assertNoToken(path: string): void {
  if (path.length < SHORTEST_TOKEN || parseBase64Url(path) === undefined) return;
  throw new HeddleError(
    'USAGE',
    'a token is no argument: name a file that holds it, or send it with --stdin',
    {
      facts: { flag: '--stdin' },
      preserved: 'nothing was changed',
    },
  );
}

/** The token of the caller's own credential; throws `NOT_FOUND`. */
export async function ownToken(machine: Machine): Promise<Uint8Array> {
  const path = machine.said.credentialPath;
  const credential =
    path === null
      ? await machine.credentials.readSession(await requirePrincipal(machine))
      : await machine.credentials.read(path);
  if (credential !== undefined) return credential.token;
  throw new HeddleError('NOT_FOUND', 'there is no credential to look at', {
    facts: { flag: '--token-file', variable: 'HEDDLE_CREDENTIAL' },
  });
}
