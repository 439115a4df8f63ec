import { existsSync, writeFileSync } from 'node:fs';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { SHA256_HASHER } from '../sha256-hasher.ts';
import { openTestIndex } from '../test-index.ts';

/*
 * node index-stress.mjs <common dir> <times> [<gate>]: says `<gate>.<pid>` and waits until the gate is there; then again and again looks
 * whether the index holds just what it says it covers, and adds one entry. Prints when it began and ended, how often
 * it had the index and what was wrong. With `hold` for the times it opens the index, prints a line, and keeps it.
 */

const [commonDir = '', times = '1', gate] = process.argv.slice(2);
const index = openTestIndex({ commonDir, waitMs: 20_000 });
const keyOf = (name: string) => formatId('hs', SHA256_HASHER.hash('state', utf8(name)));

async function addOne(): Promise<string | undefined> {
  return index.use(async (session) => {
    const covered = session.coverage.states ?? [];
    const found = await session.find('states', 'hs-');
    const expected = covered.map((name) => `${keyOf(name)} ${name}`).toSorted();
    const wrong = expected.join() !== found.map(({ key, value }) => `${key} ${value}`).join();
    const name = `${process.pid}-${covered.length}`;
    await session.extend('states', [{ key: keyOf(name), value: name }], [...covered, name]);
    return wrong ? `${covered.length} covered, ${found.length} found` : '';
  });
}

if (gate !== undefined) writeFileSync(`${gate}.${process.pid}`, '');
while (gate !== undefined && !existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 2));
const begin = Date.now();
const answers: (string | undefined)[] = [];
if (times === 'hold') {
  await index.use(async (session) => {
    await session.find('states', 'hs-');
    process.stdout.write('held\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
}
for (let turn = 0; turn < Number(times); turn += 1) answers.push(await addOne());
const had = answers.filter((answer) => answer !== undefined);
process.stdout.write(
  JSON.stringify({ begin, end: Date.now(), had: had.length, wrong: had.filter((answer) => answer !== '') }),
);
