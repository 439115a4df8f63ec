import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { currentProcess, isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import { randomBytes } from '#platform/random.ts';
import { openRepositoryLock } from '#storage/lock/lock.ts';

/*
 * node lock-stress.mjs <directory> <times>: waits for `<directory>/go`, then takes the lock again and again.
 * Inside it writes who is inside, and notes a violation where another living process is too. It may be
 * killed at any moment.
 */

const [directory = '', times = '1'] = process.argv.slice(2);
const inside = join(directory, 'inside');
const counter = join(directory, 'counter');
const lock = openRepositoryLock(directory, {
  clock: { now: () => formatInstant(nowMilliseconds()) },
  random: randomBytes,
  waitMs: 60_000,
});

function whoIsInside(): ProcessIdentity | undefined {
  if (!existsSync(inside)) return undefined;
  const text = readFileSync(inside, 'utf8');
  // A process that was killed between opening and writing left it empty, and is dead.
  return text === '' ? undefined : (JSON.parse(text) as ProcessIdentity);
}

function note(text: string): void {
  appendFileSync(join(directory, 'violations'), `${text}\n`);
}

async function critical(): Promise<void> {
  const before = whoIsInside();
  if (before !== undefined && isAlive(before)) note(`${process.pid} entered beside ${before.pid}`);
  writeFileSync(inside, JSON.stringify(currentProcess()));
  const count = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
  // Others must get a chance to enter wrongly.
  await new Promise((resolve) => setImmediate(resolve));
  if (whoIsInside()?.pid !== process.pid) note(`${process.pid} was overtaken`);
  writeFileSync(counter, String(count + 1));
  appendFileSync(join(directory, 'entries'), `${process.pid}\n`);
  rmSync(inside);
}

while (!existsSync(join(directory, 'go'))) await new Promise((resolve) => setTimeout(resolve, 2));
for (let index = 0; index < Number(times); index += 1) await lock.run(critical);
