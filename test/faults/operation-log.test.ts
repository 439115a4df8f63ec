import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { OperationLog } from '#ports/log.ts';
import { checkReplica } from '#storage/log/log-check.ts';
import { openOperationLog } from '#storage/log/operation-log.ts';
import { appendSample, sampleDigest, SAMPLE_TOMBSTONE } from '../support/samples/sample-operations.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const A = sampleDigest('a');

interface Clone {
  readonly log: OperationLog;
  readonly directory: string;
  file(name: string): string;
}

function clone(): Clone {
  const common = mkdtempSync(join(root, 'clone-'));
  const directory = join(common, 'heddle', 'oplog', A);
  return {
    log: openOperationLog(common, SHA256_HASHER),
    directory,
    file: (name) => join(directory, name),
  };
}

async function filled(lines: number, options: { filler?: string; states?: number } = {}): Promise<Clone> {
  const made = clone();
  for (let index = 0; index < lines; index += 1) await appendSample(made.log, A, options);
  return made;
}

async function collect(log: OperationLog): Promise<LoggedOperation[]> {
  const found: LoggedOperation[] = [];
  for await (const operation of log.newest()) found.push(operation);
  return found;
}

async function markNewest(log: OperationLog): Promise<void> {
  for (const operation of await log.unapplied()) await log.markApplied(operation);
}

describe('a torn end of the log', () => {
  it.each([1, 40, 700])('is cut off and reported when %i bytes of a line were written', async (bytes) => {
    const { log, file } = await filled(3);
    const whole = readFileSync(file('0.jsonl'));
    const sidecars = readFileSync(file('0.texts.jsonl'));
    await appendSample(log, A);
    truncateSync(file('0.jsonl'), whole.length + bytes);
    expect((await collect(log)).length).toBe(3);
    const findings = await log.repairTails();
    expect(findings.map(({ replica, seq }) => [replica, seq])).toEqual([
      [A, 3],
      [A, 3],
    ]);
    expect(findings[0]?.what).toContain(`segment 0, byte ${whole.length}`);
    expect(readFileSync(file('0.jsonl'))).toEqual(whole);
    expect(readFileSync(file('0.texts.jsonl'))).toEqual(sidecars);
    expect(await log.repairTails()).toEqual([]);
    await appendSample(log, A);
    expect((await log.check()).findings).toEqual([]);
  });

  it('is cut off where a crash of the machine left zeros and a line end', async () => {
    const { log, file } = await filled(2);
    appendFileSync(file('0.jsonl'), Buffer.from(`${'\0'.repeat(300)}\n`));
    expect((await log.repairTails()).length).toBe(1);
    expect((await collect(log)).length).toBe(2);
  });

  it('may be the whole log', async () => {
    const { log, file } = await filled(1);
    truncateSync(file('0.jsonl'), 10);
    expect((await log.repairTails()).length).toBe(2);
    expect(await log.head(A)).toEqual({ seq: 0, prev: null, lamport: 0 });
    await appendSample(log, A);
    expect((await log.check()).findings).toEqual([]);
  });

  it('may be a sidecar alone, whole or torn', async () => {
    const { log, file } = await filled(2);
    const sidecars = readFileSync(file('0.texts.jsonl'));
    const [last] = sidecars.toString().trimEnd().split('\n').slice(-1);
    for (const left of [`${last?.replace('"all":true', '"all":false') ?? ''}\n`, '{"arg']) {
      appendFileSync(file('0.texts.jsonl'), left);
      expect((await collect(log)).length).toBe(2);
      expect((await log.check()).findings).toEqual([]);
      const findings = await log.repairTails();
      expect(findings.map(({ what }) => what)).toEqual([expect.stringContaining('without a line')]);
      expect(readFileSync(file('0.texts.jsonl'))).toEqual(sidecars);
    }
  });

  it('is never cut where the line was applied: that is damage, not a kill', async () => {
    const { log, file } = await filled(3);
    await markNewest(log);
    const size = statSync(file('0.jsonl')).size;
    truncateSync(file('0.jsonl'), size - 5);
    await expect(log.repairTails()).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      facts: { replica: A, seq: 2 },
    });
    await expect(log.head(A)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await expect(appendSample(log, A)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect(statSync(file('0.jsonl')).size).toBe(size - 5);
    expect((await log.check()).findings.length).toBeGreaterThan(0);
  });

  it('stops an append until it is repaired', async () => {
    const { log, file } = await filled(1);
    appendFileSync(file('0.texts.jsonl'), '{"arg');
    await expect(appendSample(log, A)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await log.repairTails();
    await appendSample(log, A);
    appendFileSync(file('0.jsonl'), '{"act');
    await expect(appendSample(log, A)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await log.repairTails();
    await appendSample(log, A);
    expect((await log.check()).findings).toEqual([]);
  });

  it('does not hide a second line that cannot be read', async () => {
    const { log, file } = await filled(3);
    const lines = readFileSync(file('0.jsonl'), 'utf8').split('\n');
    writeFileSync(file('0.jsonl'), [lines[0], 'x', 'y'].join('\n'));
    await expect(log.repairTails()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});

describe('a flipped byte', () => {
  it('is found and named, wherever in lines or sidecars it is', async () => {
    const { log, file, directory } = await filled(4);
    await markNewest(log);
    expect((await log.check()).findings).toEqual([]);
    let flips = 0;
    for (const name of ['0.jsonl', '0.texts.jsonl']) {
      const sound = readFileSync(file(name));
      // A prime stride meets every kind of place; the ends of lines are looked at one by one.
      const ends = [...sound.keys()].filter((at) => sound[at] === 0x0a);
      const spots = [...sound.keys()].filter((at) => at % 13 === 0);
      for (const at of [...spots, ...ends]) {
        const flipped = Buffer.from(sound);
        flipped[at] = (sound[at] ?? 0) ^ 1;
        writeFileSync(file(name), flipped);
        const { findings } = checkReplica({ replica: A, directory }, SHA256_HASHER);
        const line = sound.subarray(0, at).filter((byte) => byte === 0x0a).length;
        const near = findings.filter(({ seq }) => seq !== null && Math.abs(seq - line) <= 1);
        expect(near.length, `${name} byte ${at}, line ${line}: ${JSON.stringify(findings)}`).toBeGreaterThan(
          0,
        );
        flips += 1;
      }
      writeFileSync(file(name), sound);
    }
    expect(flips).toBeGreaterThan(400);
    expect((await log.check()).findings).toEqual([]);
  }, 120_000);

  it('costs only the operations it hit', async () => {
    const { log, file } = await filled(6);
    const sound = readFileSync(file('0.jsonl'), 'utf8').split('\n');
    sound[2] = sound[2]?.replace('anna', 'anne') ?? '';
    writeFileSync(file('0.jsonl'), sound.join('\n'));
    const { operations, findings } = await log.check();
    expect(operations.length).toBe(6);
    expect(findings.map(({ seq }) => seq)).toEqual([2]);
    await expect(collect(log)).rejects.toMatchObject({ code: 'LOG_CORRUPT', facts: { seq: 2 } });
  });

  it('in a sidecar stops the reading there and loses no other sidecar', async () => {
    const { log, file } = await filled(4);
    const sound = readFileSync(file('0.texts.jsonl'), 'utf8').split('\n');
    sound[1] = sound[1]?.replace('make it work', 'make it burn') ?? '';
    writeFileSync(file('0.texts.jsonl'), sound.join('\n'));
    const { operations, findings } = await log.check();
    expect(operations.map(({ line }) => line.seq)).toEqual([0, 2, 3]);
    expect(new Set(findings.map(({ seq }) => seq))).toEqual(new Set([1]));
    await expect(collect(log)).rejects.toMatchObject({ code: 'LOG_CORRUPT', facts: { seq: 1 } });
  });
});

describe('an edited log', () => {
  it('shows a dropped, a doubled and a moved line', async () => {
    const { log, file } = await filled(5);
    const sound = readFileSync(file('0.jsonl'), 'utf8').split('\n');
    const [a, b, c, d, e, end] = sound;
    for (const edited of [
      [a, b, d, e, end],
      [a, b, b, c, d, e, end],
      [a, c, b, d, e, end],
      [b, c, d, e, end],
    ]) {
      writeFileSync(file('0.jsonl'), edited.join('\n'));
      expect((await log.check()).findings.length).toBeGreaterThan(0);
      await expect(collect(log)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    }
  });

  it('shows a cut behind which an applied line stood', async () => {
    const { log, file } = await filled(3);
    await markNewest(log);
    const sound = readFileSync(file('0.jsonl'), 'utf8').split('\n');
    writeFileSync(file('0.jsonl'), `${sound.slice(0, 2).join('\n')}\n`);
    expect((await log.check()).findings).toMatchObject([{ seq: 2 }]);
    await expect(log.head(A)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });

  it('shows lines of another replica, and a line of a later format is not guessed at', async () => {
    const { log, file, directory } = await filled(2);
    const other = sampleDigest('b');
    mkdirSync(join(directory, '..', other));
    cpSync(file('0.jsonl'), join(directory, '..', other, '0.jsonl'));
    expect((await log.check()).findings.filter(({ replica }) => replica === other).length).toBeGreaterThan(0);
    rmSync(join(directory, '..', other), { recursive: true });
    const later = readFileSync(file('0.jsonl'), 'utf8').replaceAll('"v":1', '"v":2');
    writeFileSync(file('0.jsonl'), later);
    await expect(log.repairTails()).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    expect(readFileSync(file('0.jsonl'), 'utf8')).toBe(later);
  });
});

describe('a redacted sidecar', () => {
  it('is shown as such, and the log goes on after it', async () => {
    const { log, file } = await filled(3);
    const sound = readFileSync(file('0.texts.jsonl'), 'utf8').split('\n');
    const redacted = new TextDecoder().decode(encodeRedactedTexts(SAMPLE_TOMBSTONE));
    writeFileSync(file('0.texts.jsonl'), [sound[0], redacted, redacted, ''].join('\n'));
    expect((await collect(log)).map(({ texts }) => texts === 'redacted')).toEqual([true, true, false]);
    expect((await log.check()).findings).toEqual([]);
    expect(await log.repairTails()).toEqual([]);
    await appendSample(log, A);
    appendFileSync(file('0.texts.jsonl'), 'torn');
    expect((await log.repairTails()).length).toBe(1);
    expect((await collect(log)).map(({ texts }) => texts === 'redacted')).toEqual([false, true, true, false]);
  });
});

describe('segments', () => {
  it('close at 1 MiB, and reading crosses them', async () => {
    const { log, directory, file } = clone();
    let needed = 0;
    for (; !existsSync(file('1.jsonl')); needed += 1) await appendSample(log, A, { states: 1000 });
    expect(needed).toBeGreaterThan(10);
    expect(readdirSync(directory).toSorted()).toEqual([
      '0.jsonl',
      '0.texts.jsonl',
      '1.jsonl',
      '1.texts.jsonl',
    ]);
    expect(statSync(file('0.jsonl')).size).toBeGreaterThanOrEqual(1024 * 1024);
    expect((await collect(log)).length).toBe(needed);
    expect((await log.check()).findings).toEqual([]);
    truncateSync(file('1.jsonl'), 20);
    expect((await log.repairTails()).length).toBe(2);
    expect(existsSync(file('1.jsonl')) && statSync(file('1.jsonl')).size).toBe(0);
    await appendSample(log, A);
    expect((await log.check()).findings).toEqual([]);
    rmSync(file('0.jsonl'));
    rmSync(file('0.texts.jsonl'));
    expect((await log.check()).findings.map(({ what }) => what)).toContain('segment 0 is missing');
    await expect(collect(log)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  }, 120_000);

  it('hold sidecars that are much longer than a block', async () => {
    const { log } = await filled(12, { filler: 'x'.repeat(15_000) });
    await appendSample(log, A);
    expect((await collect(log)).length).toBe(13);
    expect((await log.check()).findings).toEqual([]);
  });
});
