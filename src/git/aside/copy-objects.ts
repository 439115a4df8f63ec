import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/** As few objects as a capture writes are stored one by one: many small packs slow every git down. */
const ENOUGH_FOR_A_PACK = 100;

export interface CopiedObjects {
  /** Reads the objects. */
  readonly from: GitRunner;
  /** Stores them. */
  readonly to: GitRunner;
  /** For the pack in between. */
  readonly directory: string;
  /** What they are reached from. */
  readonly roots: readonly ObjectId[];
  /** `^` and an id on each line: what is stored already, with all that it reaches. */
  readonly known: Uint8Array;
  /** Only what lies in the object directory that `from` writes to. */
  readonly localOnly?: true;
}

/** Stores what some objects reach. Durable on return. */
export async function copyObjects({
  from,
  to,
  directory,
  roots,
  known,
  localOnly,
}: CopiedObjects): Promise<void> {
  if (roots.length === 0) return;
  const { stdout } = await from.run({
    args: ['pack-objects', '--revs', '-q', ...(localOnly ? ['--local'] : []), join(directory, 'kept')],
    stdin: Buffer.concat([Buffer.from(roots.map((id) => `${id}\n`).join('')), known]),
    deadlineMs: LONG_DEADLINE_MS,
  });
  const pack = join(directory, `kept-${stdout.toString('latin1').trim()}.pack`);
  const count = await countObjects(pack);
  if (count === 0) return;
  await to.run({
    args: count < ENOUGH_FOR_A_PACK ? ['unpack-objects', '-q'] : ['index-pack', '--stdin'],
    stdin: createReadStream(pack),
    deadlineMs: LONG_DEADLINE_MS,
  });
}

/** Bytes 8 to 11 of a pack (gitformat-pack). */
async function countObjects(pack: string): Promise<number> {
  const file = await open(pack, 'r');
  try {
    const header = Buffer.alloc(12);
    await file.read(header, 0, 12, 0);
    return header.readUInt32BE(8);
  } finally {
    await file.close();
  }
}
