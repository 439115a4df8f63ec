import { join } from 'node:path';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseInstant } from '#domain/time.ts';
import type { Credential, CredentialStore, HolderKey } from '#ports/keys.ts';
import { derivePublicKey } from './ed25519.ts';
import { escapeFileName } from './file-name.ts';
import { assertKept, parseDescriptor, readDescriptor } from './hand-over/descriptor-credential.ts';
import {
  assertPathFree,
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  writePrivateFile,
  type PrivateFileRules,
} from './private-file.ts';

/*
 * A credential file, canonical JSON:
 *   {"holder","provenance":{"madeAt","madeBy"},"secret","token","type":"credential","v":1}
 * `holder` is the public key in hexadecimal, `secret` its seed and `token` the Biscuit, both base64url.
 */

const MAX_TOKEN_BYTES = 16_384;
const RULES: PrivateFileRules = {
  mode: 'CREDENTIAL_FILE_MODE',
  invalid: 'CREDENTIAL_FILE_INVALID',
  maxBytes: 32_768,
  directory: 'any',
};
/** Never the cause's own words: what is no credential may be another secret. */
const NO_CREDENTIAL = 'is no credential';
const LINE_BREAK = 0x0a;
const SESSION_RULES: PrivateFileRules = { ...RULES, directory: 'private' };

/** Credential files anywhere, and this device's sessions in `<data>/credentials`. */
export function createCredentialStore(data: string): CredentialStore {
  const directory = join(data, 'credentials');
  const sessionPath = (principal: string): string => join(directory, `${escapeFileName(principal)}.hcred`);
  // A pipe gives what it holds once.
  const inherited = new Map<number, Promise<Credential>>();
  const readInherited = (descriptor: number): Promise<Credential> => {
    assertKept(descriptor);
    const known =
      inherited.get(descriptor) ?? readDescriptor(descriptor, RULES.maxBytes).then(parseCredential);
    inherited.set(descriptor, known);
    return known;
  };
  return {
    read: async (path) => {
      const descriptor = parseDescriptor(path);
      if (descriptor !== undefined) return readInherited(descriptor);
      const credential = await loadPrivateFile(path, RULES, decodeCredential);
      if (credential !== undefined) return credential;
      throw new HeddleError('NOT_FOUND', `there is no credential file ${path}`, {
        facts: { path, advice: 'name one that is there; in HEDDLE_CREDENTIAL best by its absolute path' },
      });
    },
    parse: parseCredential,
    assertFree: assertPathFree,
    format: (credential) => utf8Text(encodeCredential(credential)),
    write: async (path, credential) => writePrivateFile(path, encodeCredential(credential)),
    readSession: async (principal) =>
      loadPrivateFile(sessionPath(principal), SESSION_RULES, decodeCredential),
    writeSession: async (principal, credential) => {
      await makePrivateDirectory(directory, SESSION_RULES);
      await replacePrivateFile(sessionPath(principal), encodeCredential(credential));
    },
  };
}

/** Whoever sends one over a pipe may end it with a line break. */
function parseCredential(bytes: Uint8Array): Credential {
  try {
    return decodeCredential(bytes.at(-1) === LINE_BREAK ? bytes.subarray(0, -1) : bytes);
  } catch (cause) {
    if (!(cause instanceof HeddleError)) throw cause;
    throw new HeddleError(RULES.invalid, `what was handed over ${NO_CREDENTIAL}`, { cause });
  }
}

function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Checks before writing what a reader would refuse: a credential that cannot be read back is never made. */
function encodeCredential({ token, holder, provenance }: Credential): Uint8Array {
  const bytes = encodeCanonical({
    type: 'credential',
    v: 1,
    token: formatBase64Url(token),
    holder: holder.publicKey,
    secret: formatBase64Url(holder.secret),
    provenance: { madeAt: provenance.madeAt, madeBy: provenance.madeBy },
  });
  decodeCredential(bytes);
  return bytes;
}

function decodeCredential(bytes: Uint8Array): Credential {
  const reader = new JsonReader(decodeCanonical(bytes, 'credential', RULES.maxBytes), 'credential');
  reader.version('credential', 1);
  const token = parseBase64Url(reader.string('token', RULES.maxBytes));
  if (token === undefined || token.length === 0 || token.length > MAX_TOKEN_BYTES) {
    throw reader.invalid('has no proper token');
  }
  const holder = readHolder(reader);
  const from = reader.object('provenance');
  const provenance = { madeAt: parseInstant(from.string('madeAt')), madeBy: from.string('madeBy') };
  from.end();
  reader.end();
  return { token, holder, provenance };
}

function readHolder(reader: JsonReader): HolderKey {
  const publicKey = reader.string('holder', 64);
  const secret = parseBase64Url(reader.string('secret', 64));
  if (secret === undefined || derivePublicKey(secret) !== publicKey) {
    throw reader.invalid('has a secret that does not belong to its holder');
  }
  return { publicKey, secret };
}
