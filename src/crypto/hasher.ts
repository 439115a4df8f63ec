import { utf8 } from '#domain/encoding/bytes.ts';
import { domainTag, type HashKind, type Hasher } from '#domain/hash.ts';
import { openBlake3, type Blake3 } from './blake3.ts';

/** A hasher that loads BLAKE3 at the first hash. Its methods throw `WASM_INVALID` where that fails. */
export function createHasher(): Hasher {
  let opened: Blake3 | undefined;
  const blake3 = (): Blake3 => (opened ??= openBlake3());
  return {
    hash: (kind, ...parts) => blake3().hash([tagBytes(kind), ...parts]),
    stream: (kind) => {
      const stream = blake3().stream();
      stream.update(tagBytes(kind));
      return stream;
    },
  };
}

const tags = new Map<HashKind, Uint8Array>();

function tagBytes(kind: HashKind): Uint8Array {
  const known = tags.get(kind);
  if (known !== undefined) return known;
  const tag = utf8(domainTag(kind));
  tags.set(kind, tag);
  return tag;
}
