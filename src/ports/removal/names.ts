import type { Digest } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';

/** A name that was removed, at one entry of a manifest. */
export interface RemovedName {
  readonly nameId: Digest;
  /** Percent-escaped. */
  readonly name: string;
  /** The entry's salt; of one whose content was hidden before, the name's key. */
  readonly salt: string;
  /** The entry's content id. */
  readonly file: Digest;
  /** What stood under the name among the files: trees that told both are found by it. */
  readonly blob: ObjectId;
  /** Where it stood, percent-escaped, each once. */
  readonly paths: readonly string[];
}
