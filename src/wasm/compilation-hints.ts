/*
 * A module is a header of eight bytes and sections: one byte that says which, the length as a LEB128 number, content.
 * A custom section (0) begins with its name. V8 reads one named `compilationHints`, between the sections of functions
 * and of code: the number of the functions that the module has itself, and a byte for each: 1 to compile it at its first
 * call, 2 at once.
 */

const HEADER_BYTES = 8;
const [CUSTOM, CODE] = [0, 10];
const NAME = new TextEncoder().encode('compilationHints');
const [AT_FIRST_CALL, AT_ONCE] = [1, 2];

/**
 * Tells V8 which of a module's own functions to compile with it, by their numbers; it changes nothing else. For a module
 * whose bytes are known: its sections are not checked here.
 */
export function withCompilationHints(module: Uint8Array, atOnce: ReadonlySet<number>): Uint8Array {
  for (let at = HEADER_BYTES; at < module.length;) {
    const [length, content] = readNumber(module, at + 1);
    if (module[at] === CODE) {
      const [count] = readNumber(module, content);
      return joined(module.subarray(0, at), hintSection(count, atOnce), module.subarray(at));
    }
    at = content + length;
  }
  return module;
}

function hintSection(count: number, atOnce: ReadonlySet<number>): readonly number[] {
  const hints = Array.from({ length: count }, (_, index) => (atOnce.has(index) ? AT_ONCE : AT_FIRST_CALL));
  const content = [NAME.length, ...NAME, ...formatNumber(count), ...hints];
  return [CUSTOM, ...formatNumber(content.length), ...content];
}

function joined(before: Uint8Array, added: readonly number[], after: Uint8Array): Uint8Array {
  const whole = new Uint8Array(before.length + added.length + after.length);
  whole.set(before);
  whole.set(added, before.length);
  whole.set(after, before.length + added.length);
  return whole;
}

/** An unsigned LEB128 number of at most 32 bits, and where it ends. */
function readNumber(bytes: Uint8Array, from: number): readonly [value: number, end: number] {
  let value = 0;
  let at = from;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  return [value >>> 0, at];
}

function formatNumber(value: number): readonly number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left >>>= 7) bytes.push((left & 127) | 128);
  return [...bytes, left];
}
