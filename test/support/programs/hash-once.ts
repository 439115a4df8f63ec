import { createHasher } from '#crypto/hasher.ts';
import { HeddleError } from '#domain/error.ts';

/** Prints the length of a hash, or the code and message of what went wrong. */
try {
  console.log(createHasher().hash('name', new Uint8Array(1)).length);
} catch (error) {
  console.log(error instanceof HeddleError ? `${error.code} ${error.message}` : error);
}
