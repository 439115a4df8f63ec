import { equalBytes } from '#domain/encoding/bytes.ts';
import type { TreeEntry } from '#ports/objects.ts';

/** The entry of a name; for the few entries of a carrier's own tree. */
export function entryNamed(rows: readonly TreeEntry[], name: Uint8Array): TreeEntry | undefined {
  return rows.find((row) => equalBytes(row.name, name));
}
