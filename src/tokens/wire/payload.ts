import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { SIGNATURE_VERSION, type SignedBlock } from './container.ts';

/*
 * What is signed (Biscuit specification, "Signature payload", version 1). Numbers are 32 bits, little-endian.
 *
 *   block     \0BLOCK\0 \0VERSION\0 version \0PAYLOAD\0 block \0ALGORITHM\0 algorithm \0NEXTKEY\0 key
 *             [\0PREVSIG\0 signature of the block before] [\0EXTERNALSIG\0 external signature]
 *   external  \0EXTERNAL\0 \0VERSION\0 version \0PAYLOAD\0 block \0PREVSIG\0 signature of the block before
 *   seal      block ‖ algorithm ‖ next key ‖ signature, all of the last block
 */

const VERSION = Uint8Array.of(SIGNATURE_VERSION, 0, 0, 0);
const ED25519 = Uint8Array.of(0, 0, 0, 0);

/** The payload of a block's signature; `previous` is the signature of the block before, null for the first. */
export function blockPayload(
  signed: Omit<SignedBlock, 'signature'>,
  previous: Uint8Array | null,
): Uint8Array {
  return concatBytes(
    utf8('\0BLOCK\0\0VERSION\0'),
    VERSION,
    utf8('\0PAYLOAD\0'),
    signed.block,
    utf8('\0ALGORITHM\0'),
    ED25519,
    utf8('\0NEXTKEY\0'),
    signed.nextKey,
    ...(previous === null ? [] : [utf8('\0PREVSIG\0'), previous]),
    ...(signed.external === null ? [] : [utf8('\0EXTERNALSIG\0'), signed.external.signature]),
  );
}

/** The payload that the holder signs for a block of its own. */
export function externalPayload(block: Uint8Array, previous: Uint8Array): Uint8Array {
  return concatBytes(
    utf8('\0EXTERNAL\0\0VERSION\0'),
    VERSION,
    utf8('\0PAYLOAD\0'),
    block,
    utf8('\0PREVSIG\0'),
    previous,
  );
}

/** The payload of the final signature over the last block. */
export function sealPayload(last: SignedBlock): Uint8Array {
  return concatBytes(last.block, ED25519, last.nextKey, last.signature);
}
