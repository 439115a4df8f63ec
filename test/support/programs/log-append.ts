import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { randomBytes } from '#platform/random.ts';
import { createMemoryPins } from '../memory/clone-pins.ts';
import { openLocalRecords } from '#storage/local-records.ts';
import { openRepositoryLock } from '#storage/lock/lock.ts';
import { openOperationLog } from '#storage/log/operation-log.ts';
import { appendSample, sampleDigest, SAMPLE_THREAD } from '../samples/sample-operations.ts';
import { SHA256_HASHER } from '../sha256-hasher.ts';

/*
 * node log-append.mjs <common dir>: what a mutation does in storage. Under the lock it repairs, keeps a chain,
 * appends one operation, writes a record, marks it as applied, and prints how many operations there are.
 */

const [common = ''] = process.argv.slice(2);
const clock = { now: () => formatInstant(nowMilliseconds()) };
const log = openOperationLog(common, SHA256_HASHER);
const records = openLocalRecords(common, createMemoryPins());

await openRepositoryLock(common, { clock, random: randomBytes }).run(async () => {
  await log.repairTails();
  await log.keepChain(sampleDigest('chain'), Uint8Array.of(1, 2, 3));
  await appendSample(log, sampleDigest('a'));
  await records.writeThread(SAMPLE_THREAD.thread, { record: SAMPLE_THREAD, seal: null });
  for (const operation of await log.unapplied()) await log.markApplied(operation);
});
const { operations, findings } = await log.check();
if (findings.length > 0) throw new Error(JSON.stringify(findings));
process.stdout.write(String(operations.length));
