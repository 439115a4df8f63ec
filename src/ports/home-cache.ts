import type { Digest } from '#domain/id.ts';

/**
 * What a home wrote down of what it verified: an authority chain, or signatures. Deleting it loses nothing. Whoever can
 * write the repository can write this: what comes out was not checked, and whoever asks has to.
 */
export interface HomeCache {
  /** Tells whether any home wrote anything: without that there is nothing to read. */
  isEmpty(): Promise<boolean>;
  /** What was written last for a home's replica, at most 64 MiB; undefined where nothing can be read. Never throws. */
  read(replica: Digest): Promise<Uint8Array | undefined>;
  /** Whole or not at all; where it cannot be written nothing happens. Never throws. */
  write(replica: Digest, bytes: Uint8Array): Promise<void>;
}
