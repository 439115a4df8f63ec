import { fstatSync, readSync, type Stats } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { HeddleError } from '#domain/error.ts';

const SHAPE = /^fd:([1-9]\d{0,3}|[3-9])$/;
const FIRST = 3;
/** Node keeps those up to here from every program that it starts, and later ones not always (libuv, `src/unix/core.c`). */
const LAST = 15;
/** Beyond it lies nothing that a program opens by itself before its first line runs. */
const OWN_DESCRIPTORS = 64;
const OTHERS = 0o077;
/** Whoever writes to a pipe may be slow to begin. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/** The descriptor that `fd:N` names; undefined for a path. */
export function parseDescriptor(path: string): number | undefined {
  const number = Number(SHAPE.exec(path)?.[1] ?? Number.NaN);
  return number >= FIRST ? number : undefined;
}

/** Refuses a descriptor that git and the program of a run would inherit, and with it the credential. */
export function assertKept(descriptor: number): void {
  if (descriptor > LAST) throw refused(descriptor, `has to be ${FIRST} to ${LAST}: programs inherit others`);
}

/**
 * Reads an inherited descriptor from its beginning: of a file so that every process that has it reads the same, of a
 * pipe what is left, once. Refuses what others may open, what this process opened by itself, and more than `maxBytes`.
 */
export async function readDescriptor(descriptor: number, maxBytes: number): Promise<Uint8Array> {
  const found = describe(descriptor);
  if (found === undefined || (found.isFIFO() && isOwn(descriptor, found)))
    throw refused(descriptor, 'is not open', { advice: PASSED_ON });
  if (found.isFIFO()) return readPipe(descriptor, maxBytes);
  if (!found.isFile()) throw refused(descriptor, 'is neither a file nor a pipe', { advice: PASSED_ON });
  const user = process.geteuid?.();
  if ((user !== undefined && found.uid !== user) || (found.mode & OTHERS) !== 0)
    throw refused(descriptor, 'is a file that is open to others');
  if (found.size > maxBytes) throw refused(descriptor, `is longer than ${maxBytes} bytes`);
  return readFrom(descriptor, found.size);
}

function describe(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}

/** Whether a pipe is one of the program's own, of which it has both ends: whoever inherits one has one end. */
function isOwn(descriptor: number, found: Stats): boolean {
  for (let other = FIRST; other < OWN_DESCRIPTORS; other += 1) {
    const twin = other === descriptor ? undefined : describe(other);
    if (twin?.ino === found.ino && twin.dev === found.dev) return true;
  }
  return false;
}

function readFrom(descriptor: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  let length = 0;
  try {
    while (length < size) {
      const read = readSync(descriptor, bytes, length, size - length, length);
      if (read === 0) break;
      length += read;
    }
  } catch (cause) {
    throw refused(descriptor, 'cannot be read', { cause });
  }
  return bytes.subarray(0, length);
}

async function readPipe(descriptor: number, maxBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let waited = 0; length <= maxBytes;) {
    try {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) return bytes.subarray(0, length);
      length += read;
    } catch (cause) {
      if (!isBusy(cause) || waited >= PATIENCE_MS) throw refused(descriptor, 'cannot be read', { cause });
      await pause(PAUSE_MS);
      waited += PAUSE_MS;
    }
  }
  throw refused(descriptor, `is longer than ${maxBytes} bytes`);
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN';
}

/** Many programs close what they do not know. */
const PASSED_ON =
  'a program between did not pass it on: hand the credential over in a file, for `heddle run` with --credential file';

function refused(
  descriptor: number,
  why: string,
  { advice = null, cause }: { readonly advice?: string | null; readonly cause?: unknown } = {},
): HeddleError {
  return new HeddleError('CREDENTIAL_FILE_INVALID', `descriptor ${descriptor} ${why}`, {
    facts: { descriptor, advice },
    cause,
  });
}
