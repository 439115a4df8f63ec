import { concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Digest } from '#domain/id.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';

/*
 * Where lines of files came in, as this home found it: 32 files at most, by what the question's digest
 * begins with, and one for what the heads of threads grew from.
 *
 *   <digest of all that follows, of kind "lines", keyed with the clone's secret> LF
 *   <digest of the question: path, work tree, whether white space counts> LF         or "bases" LF
 *   …                                     as followed-file.ts has it; or a line each: <head> <commit> …
 *
 * The secret lies in the home: whoever writes the repository alone cannot make a file that is believed. All of it follows
 * from ids of commits, which stand for everything before them, so it stays true. Whose the states are, and whether what
 * they say is to be believed, is asked each time.
 */

const LARGEST_BYTES = 1024 * 1024;
const SEAL = utf8('seal\n');
const LINE_FEED = 10;

/** A file of the memory, and what its first line behind the seal says. */
interface Place {
  readonly slot: string;
  readonly about: string;
}

/** Files that this home believes because it wrote them. */
export class SealedFiles {
  readonly #cache: HomeCache;
  readonly #identity: ReplicaIdentity;

  constructor(cache: HomeCache, identity: ReplicaIdentity) {
    this.#cache = cache;
    this.#identity = identity;
  }

  /** What this home wrote there about the very same; undefined for anything else. */
  async read({ slot, about }: Place): Promise<string | undefined> {
    const file = await this.#cache.read(this.#placeOf(slot));
    if (file === undefined || file.length > LARGEST_BYTES + 100) return undefined;
    const end = file.indexOf(LINE_FEED);
    const body = file.subarray(end + 1);
    const isOwn = end > 0 && decodeUtf8(file.subarray(0, end)) === this.#sealOf(body);
    const text = isOwn ? decodeUtf8(body) : undefined;
    return text?.startsWith(`${about}\n`) === true ? text.slice(about.length + 1) : undefined;
  }

  /** Takes the place of what was there. What is too long to be worth reading is not written. */
  async write({ slot, about }: Place, text: string): Promise<void> {
    const body = utf8(`${about}\n${text}`);
    if (body.length > LARGEST_BYTES) return;
    await this.#cache.write(this.#placeOf(slot), concatBytes(utf8(`${this.#sealOf(body)}\n`), body));
  }

  #sealOf(body: Uint8Array): Digest {
    return this.#identity.keyed('lines', concatBytes(SEAL, body));
  }

  #placeOf(slot: string): Digest {
    return this.#identity.keyed('lines', utf8(`slot ${slot}`));
  }
}
