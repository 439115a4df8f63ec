import type { Json } from '#domain/encoding/canonical-json.ts';
import type { StateId } from '#domain/id.ts';
import type { RemovedSidecar } from '#ports/removal.ts';

/** A sidecar that stands in this clone, and of what. */
export interface HeldSidecar extends RemovedSidecar {
  /** What sort of record it stands beside, in a word. */
  readonly what: string;
  /** Null where it is of no thread. */
  readonly thread: string | null;
  /** Of a state itself; of an operation those that it made. */
  readonly states: readonly StateId[];
  /** What it says. */
  readonly says: Json;
}

/** No sidecar is longer. */
export const LARGEST_SIDECAR = 32 * 1024 * 1024;
