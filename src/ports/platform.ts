import type { Instant } from '#domain/time.ts';

export interface Clock {
  now(): Instant;
}

/** The system's cryptographic randomness. */
export type RandomBytes = (length: number) => Uint8Array;
