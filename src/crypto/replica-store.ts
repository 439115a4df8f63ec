import { join } from 'node:path';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { formatHex, parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { randomBytes } from '#platform/random.ts';
import type { HolderKey, ReplicaIdentity, ReplicaStore } from '#ports/keys.ts';
import { findClonePlace, type ClonePlace } from './clone-place.ts';
import { derivePublicKey, rawEd25519, signerOf } from './ed25519.ts';
import {
  loadPrivateFile,
  makePrivateDirectory,
  writePrivateFile,
  type PrivateFileRules,
} from './private-file.ts';

/*
 * A clone's own key, canonical JSON:
 *   {"cloneId","cloneSecret","device","inode","key","path","secret","type":"replica","v":1}
 * `path` is the clone's real path, escaped; with `device` and `inode` it is what the key is bound to: a copy
 * of the clone, or of this file to another machine, must not continue the log of the first under its key.
 */

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: 32_768,
  directory: 'private',
};
const CLONE_ID = /^[0-9a-z][0-9a-z-]{0,63}$/;
const CLONE_SECRET_BYTES = 32;

interface Binding extends ClonePlace {
  readonly cloneId: string;
}

interface ReplicaFile extends Binding {
  readonly key: HolderKey;
  /** Keys this clone's local indexes; signs nothing. */
  readonly cloneSecret: Uint8Array;
}

/** Replica keys in `<data>/replicas`. A clone that was moved or copied gets a key in a file of its own. */
export function createReplicaStore(data: string, hasher: Hasher): ReplicaStore {
  const directory = join(data, 'replicas');
  const pathsOf = (binding: Binding): readonly [string, string] => {
    const mark = formatHex(hasher.hash('replica', utf8(bindingText(binding)))).slice(0, 32);
    return [join(directory, `${binding.cloneId}.json`), join(directory, `${binding.cloneId}-${mark}.json`)];
  };
  return {
    open: async (clone) => {
      const binding = await bind(clone);
      await makePrivateDirectory(directory, RULES);
      const [first, other] = pathsOf(binding);
      const found = await openOrMake(first, binding);
      if (isBoundTo(found, binding)) return identityOf(found, hasher);
      // What is keyed in the clone's own files, its shun list above all, must not lapse because it was moved.
      const own = await openOrMake(other, binding, found.cloneSecret);
      if (isBoundTo(own, binding)) return identityOf(own, hasher);
      throw new HeddleError('KEY_FILE_INVALID', `${other} belongs to another clone`, {
        facts: { path: other },
      });
    },
    find: async (clone) => {
      const binding = await bind(clone);
      for (const path of pathsOf(binding)) {
        const found = await loadPrivateFile(path, RULES, decodeReplica);
        if (found !== undefined && isBoundTo(found, binding)) return identityOf(found, hasher);
      }
      return undefined;
    },
  };
}

async function bind(clone: { readonly cloneId: string; readonly path: string }): Promise<Binding> {
  if (!CLONE_ID.test(clone.cloneId)) throw new HeddleError('FORMAT_INVALID', 'the clone has no proper id');
  return { cloneId: clone.cloneId, ...(await findClonePlace(clone.path)) };
}

/** Of many processes at once one makes the file, and all of them read it. */
async function openOrMake(
  path: string,
  binding: Binding,
  cloneSecret: Uint8Array = randomBytes(CLONE_SECRET_BYTES),
): Promise<ReplicaFile> {
  const found = await loadPrivateFile(path, RULES, decodeReplica);
  if (found !== undefined) return found;
  const made = { ...binding, key: rawEd25519.generateKey(), cloneSecret };
  try {
    await writePrivateFile(path, encodeReplica(made));
    return made;
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'OUTPUT_EXISTS') throw error;
  }
  const winner = await loadPrivateFile(path, RULES, decodeReplica);
  if (winner !== undefined) return winner;
  throw new HeddleError('IO_FAILED', `${path} was taken away while it was opened`, { facts: { path } });
}

function isBoundTo(file: ReplicaFile, binding: Binding): boolean {
  return bindingText(file) === bindingText(binding);
}

function bindingText({ cloneId, path, device, inode }: Binding): string {
  // Escaped paths hold no control characters, so the parts cannot run into each other.
  return [cloneId, path, device, inode].join('\0');
}

function identityOf({ key, cloneSecret }: ReplicaFile, hasher: Hasher): ReplicaIdentity {
  const signer = signerOf(key);
  const bytes = parseHex(key.publicKey);
  if (bytes === undefined) throw new Error('invariant: a key that signs has a public key');
  return {
    replica: formatDigest(hasher.hash('replica', bytes)),
    signer,
    keyed: (kind, content) => formatDigest(hasher.hash(kind, cloneSecret, content)),
  };
}

function encodeReplica({ key, cloneSecret, ...binding }: ReplicaFile): Uint8Array {
  return encodeCanonical({
    type: 'replica',
    v: 1,
    ...binding,
    key: key.publicKey,
    secret: formatBase64Url(key.secret),
    cloneSecret: formatBase64Url(cloneSecret),
  });
}

function decodeReplica(bytes: Uint8Array): ReplicaFile {
  const reader = new JsonReader(decodeCanonical(bytes, 'replica file', RULES.maxBytes), 'replica file');
  reader.version('replica', 1);
  const binding = {
    cloneId: reader.string('cloneId', 64),
    path: reader.string('path', 16_384),
    device: reader.string('device', 32),
    inode: reader.string('inode', 32),
  };
  const publicKey = reader.string('key', 64);
  const secret = parseBase64Url(reader.string('secret', 64));
  const cloneSecret = parseBase64Url(reader.string('cloneSecret', 64));
  reader.end();
  if (secret === undefined || derivePublicKey(secret) !== publicKey) {
    throw reader.invalid('has a secret that does not belong to its key');
  }
  if (cloneSecret?.length !== CLONE_SECRET_BYTES) throw reader.invalid('has no proper cloneSecret');
  return { ...binding, key: { publicKey, secret }, cloneSecret };
}
