const LITTLE_ENDIAN = 'utf-16le';

/** What people would read in a content: UTF-16 where it says so, else UTF-8, and bytes that are neither as a mark. */
export function textOfBytes(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder(LITTLE_ENDIAN).decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder(LITTLE_ENDIAN).decode(swapped(bytes));
  return new TextDecoder().decode(bytes);
}

/** Not every Node can decode big-endian UTF-16. */
function swapped(bytes: Uint8Array): Uint8Array {
  const turned = bytes.slice(0, bytes.length - (bytes.length % 2));
  for (let index = 0; index < turned.length; index += 2) {
    [turned[index], turned[index + 1]] = [turned[index + 1] ?? 0, turned[index] ?? 0];
  }
  return turned;
}
