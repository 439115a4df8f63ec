import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { RunNote, RunNotes } from '#ports/runs.ts';
import { openRunNotes } from '#storage/run-notes.ts';
import { createMemoryRunNotes, memoryMark } from '../../support/memory/runs.ts';
import { createReplica } from '../../support/memory/workspace.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-run-notes-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const run = (letter: string) => parseId('ho', `ho-${letter.repeat(51)}0`);
const NOTE: RunNote = { run: run('1'), supervisor: memoryMark(7), child: null, deadline: null };
const mine = createReplica();
const open = (identity = mine): RunNotes =>
  openRunNotes({ commonDir: directory, identity: async () => identity });
const path = (): string => join(directory, 'heddle', 'runs', `${NOTE.run}.json`);

describe.each([
  ['on disk', () => open()],
  ['in memory', createMemoryRunNotes],
])('notes of runs %s', (_, make) => {
  it('are kept, replaced, listed and removed', async () => {
    const notes = make();
    expect(await notes.list()).toEqual([]);
    expect(await notes.read(NOTE.run)).toBeUndefined();
    await notes.write(NOTE);
    const known = { ...NOTE, child: memoryMark(8), deadline: parseInstant('2026-11-21T12:00:00.000Z') };
    await notes.write({ ...NOTE, run: run('2') });
    await notes.write(known);
    expect(await notes.read(NOTE.run)).toEqual(known);
    expect(await notes.list()).toEqual([run('1'), run('2')]);
    await notes.remove(NOTE.run);
    await notes.remove(NOTE.run);
    expect(await notes.list()).toEqual([run('2')]);
  });
});

describe('a note of a run on disk', () => {
  it('is not acted on where another home wrote it, or somebody changed it', async () => {
    await open().write(NOTE);
    expect(await open(createReplica()).read(NOTE.run)).toBeUndefined();
    expect(
      await openRunNotes({ commonDir: directory, identity: async () => undefined }).read(NOTE.run),
    ).toBeUndefined();
    const text = readFileSync(path(), 'utf8');
    const changes: readonly string[] = [
      text.replace('"pid":7', '"pid":8'),
      text.replace('"deadline":null', '"deadline":"2020-01-01T00:00:00.000Z"'),
      text.replace(/"seal":"\w/, (seal) => (seal.endsWith('z') ? '"seal":"y' : '"seal":"z')),
      text.replace('"v":1', '"v":2'),
      text.slice(0, -5),
      '',
      'x'.repeat(100_000),
    ];
    for (const changed of changes) {
      expect(changed).not.toBe(text);
      writeFileSync(path(), changed);
      const read = await open()
        .read(NOTE.run)
        .catch((error: unknown) => error);
      if (read !== undefined) expect(read).toMatchObject({ code: 'FORMAT_INVALID' });
    }
    writeFileSync(path(), text);
    expect(await open().read(NOTE.run)).toEqual(NOTE);
  });

  it('of one run does not stand for another', async () => {
    await open().write(NOTE);
    writeFileSync(join(directory, 'heddle', 'runs', `${run('2')}.json`), readFileSync(path()));
    expect(await open().read(run('2'))).toBeUndefined();
  });

  it('is neither read nor written through a link, and other names are no notes', async () => {
    mkdirSync(join(directory, 'elsewhere'));
    mkdirSync(join(directory, 'heddle'));
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'heddle', 'runs'));
    await expect(open().write(NOTE)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(open().read(NOTE.run)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    expect(readdirSync(join(directory, 'elsewhere'))).toEqual([]);
    writeFileSync(join(directory, 'elsewhere', 'note.json'), '{}');
    expect(await open().list()).toEqual([]);
  });
});
