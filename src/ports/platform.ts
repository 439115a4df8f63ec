import type { Instant } from '#domain/time.ts';

export interface Clock {
  now(): Instant;
}

/** The system's cryptographic randomness. */
export type RandomBytes = (length: number) => Uint8Array;

/** Hears how far long work is; never changes what the work does. */
export interface Progress {
  /** So many of `total` are done, null where that is not known. May be called for each single thing. */
  step(what: string, done: number, total: number | null): void;
}
