import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Far more than a run has at once. */
const ROOM = 4 * 1024 ** 3;
const PLACE = 'HEDDLE_TEST_PLACE';

/**
 * Global set-up of a run of the tests: gives it a directory of its own for all that it writes, and takes that away
 * after it. In memory, where there is room: who waits for the disk after every step waits most of the time. With
 * `HEDDLE_TEST_DEEP` it is where temporary files are.
 */
export default function openPlace(): () => void {
  if (process.env[PLACE] !== undefined) return () => undefined;
  const place = (process.env['HEDDLE_TEST_DEEP'] !== '1' ? inMemory() : undefined) ?? makeIn(tmpdir());
  process.env['TMPDIR'] = place;
  process.env[PLACE] = place;
  mkdirSync(join(place, 'prepared'));
  return () => rmSync(place, { recursive: true, force: true, maxRetries: 3 });
}

/** What is prepared once for all processes of a run. */
export function preparedPlace(): string {
  const place = process.env[PLACE];
  if (place === undefined) throw new Error('the global set-up has run');
  return join(place, 'prepared');
}

function makeIn(directory: string): string {
  const place = mkdtempSync(join(directory, 'heddle-tests-'));
  // Tests run programs as other users, too.
  chmodSync(place, 0o711);
  return place;
}

/** Undefined where it is small, or where no program can be run from. */
function inMemory(): string | undefined {
  try {
    if (!existsSync(MEMORY)) return undefined;
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM) return undefined;
    const place = makeIn(MEMORY);
    const program = join(place, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    const { status } = spawnSync(program);
    rmSync(program);
    if (status === 0) return place;
    rmSync(place, { recursive: true });
    return undefined;
  } catch {
    return undefined;
  }
}
