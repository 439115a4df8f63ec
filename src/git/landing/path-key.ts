/** A raw path as a key of a map: one character a byte. */
export function rawPathKey(path: Uint8Array): string {
  return Buffer.from(path).toString('latin1');
}
