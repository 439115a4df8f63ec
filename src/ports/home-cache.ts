import type { Digest, OperationId } from '#domain/id.ts';
import type { ObjectId } from './objects.ts';

/**
 * What a home wrote down of what it verified: an authority chain, signatures, or what the engine said. Deleting it loses nothing. Whoever can
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

/** What this home last knew of a clone: nothing that the repository says may be older, or of another clone. */
export interface ClonePin {
  readonly cloneId: string;
  readonly genesis: string;
  /** Newest commit of the authority chain that this home published or took over; null before the first. */
  readonly authority: ObjectId | null;
  /** The last line that this home wrote into the clone's own log; null before the first. */
  readonly line: { readonly replica: Digest; readonly seq: number; readonly id: OperationId } | null;
}

/**
 * What a home knows of the clone that lies where this one does. Whoever can write the repository alone cannot change it.
 * It may be older than the clone, after a kill; it is never newer than what is durable there.
 */
export interface ClonePins {
  /** Undefined where this home knows of none, and where what it knows cannot be read. Never throws. */
  read(): Promise<ClonePin | undefined>;
  /** Replaces what was known, whole or not at all; where it cannot be written nothing happens. Never throws. */
  write(pin: ClonePin): Promise<void>;
}
