import { fstatSync, writeSync, type Stats } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { HeddleError } from '#domain/error.ts';
import type { SecretChannel } from '#ports/keys.ts';
import { errnoCode } from './durable-file.ts';

const STDOUT = 1;
/** Whoever reads may be slow to begin. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;
/** Beyond it lies nothing that a program opens by itself before its first line runs. */
const OWN_DESCRIPTORS = 64;

/**
 * Opens a descriptor that this process inherited, for a secret. Throws `USAGE` where it is not open, was not
 * inherited, or keeps what is written to it: only pipes and sockets do not, and for stdout a terminal.
 */
export function openSecretChannel(descriptor: number): SecretChannel {
  const found = describe(descriptor);
  if (found === undefined || isOwn(descriptor, found)) throw refused(descriptor, 'is not open');
  if (!isFleeting(descriptor, found))
    throw refused(descriptor, 'keeps what is written to it: a key goes to a pipe');
  return { write: (text) => writeAll(descriptor, new TextEncoder().encode(text)) };
}

function describe(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}

/** No disk is a character device, but Node keeps some of its own open: they count for stdout alone. */
function isFleeting(descriptor: number, found: Stats): boolean {
  if (descriptor === STDOUT && found.isCharacterDevice()) return true;
  return found.isFIFO() || found.isSocket();
}

/** Whether a pipe is one of the program's own, of which it has both ends: whoever inherits one has one end. */
function isOwn(descriptor: number, { dev, ino }: Stats): boolean {
  if (descriptor <= STDOUT + 1) return false;
  for (let other = STDOUT + 2; other < OWN_DESCRIPTORS; other += 1) {
    const twin = other === descriptor ? undefined : describe(other);
    if (twin?.ino === ino && twin.dev === dev) return true;
  }
  return false;
}

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  for (let waited = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (cause) {
      if (errnoCode(cause) !== 'EAGAIN' || waited >= PATIENCE_MS) throw failed(descriptor, cause);
      await pause(PAUSE_MS);
      waited += PAUSE_MS;
    }
  }
}

function refused(descriptor: number, why: string): HeddleError {
  return new HeddleError('USAGE', `descriptor ${descriptor} ${why}`, {
    facts: { descriptor, help: 'token attenuate' },
    preserved: 'no token was made',
  });
}

function failed(descriptor: number, cause: unknown): HeddleError {
  return new HeddleError('IO_FAILED', `nobody took the credential from descriptor ${descriptor}`, {
    facts: { descriptor, errno: errnoCode(cause) ?? null },
    cause,
  });
}
