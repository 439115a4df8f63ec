import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import { save, started } from '../support/memory/scenes.ts';
import type { MemoryRepository } from '../support/memory/workspace.ts';
import { fileOf, filesOf, forge, publishedHead, publishLog, readLog } from '../support/published-log.ts';
import { DEEP, fc } from '../support/seed.ts';

const RUNS = DEEP ? 2000 : 60;

let repository: MemoryRepository;
let replica: Digest;
let heads: readonly ObjectId[];
beforeAll(async () => {
  repository = await started();
  ({ replica } = await repository.workspace.replica());
  const published: ObjectId[] = [];
  for (const content of ['one', 'two', 'three']) {
    for (const path of ['a.txt', 'b.txt']) await save(repository, repository.workspace, { [path]: content });
    await publishLog(repository.workspace);
    published.push(await publishedHead(repository.workspace, replica));
  }
  heads = published;
});

async function isRefused(head: ObjectId): Promise<boolean> {
  try {
    await readLog(repository.workspace, replica, head);
    return false;
  } catch (error) {
    if (error instanceof HeddleError) return error.code === 'PUBLISHED_LOG_INVALID';
    throw error;
  }
}

/** A commit of the log by its place from the newest on, with what somebody made of it. */
const anyHead = fc.nat({ max: 2 });

describe('a published log', () => {
  it('verifies as it is', async () => {
    for (const head of heads) expect(await isRefused(head)).toBe(false);
  });

  it('is refused with any bit of any file of it changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyHead, fc.nat(), fc.nat(), fc.nat({ max: 7 }), async (at, which, place, bit) => {
        const head = heads[at] ?? '';
        const files = await filesOf(repository.workspace, head);
        const path = files[which % files.length] ?? '';
        const bytes = Uint8Array.from(await fileOf(repository.workspace, head, path));
        const byte = place % bytes.length;
        bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
        expect(await isRefused(await forge(repository.workspace, head, { [path]: bytes })), path).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused with a file dropped, added or in the place of another', async () => {
    await fc.assert(
      fc.asyncProperty(anyHead, fc.nat(), fc.nat(), async (at, which, other) => {
        const head = heads[at] ?? '';
        const files = await filesOf(repository.workspace, head);
        const [path, from] = [files[which % files.length] ?? '', files[other % files.length] ?? ''];
        expect(await isRefused(await forge(repository.workspace, head, { [path]: null }))).toBe(true);
        expect(await isRefused(await forge(repository.workspace, head, { 'texts/x': utf8('{}') }))).toBe(
          true,
        );
        if (path === from) return;
        const moved = { [path]: await fileOf(repository.workspace, head, from) };
        expect(await isRefused(await forge(repository.workspace, head, moved))).toBe(true);
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('is refused with its lines in any other order, or fewer, or more', async () => {
    const head = heads[0] ?? '';
    const text = decodeUtf8(await fileOf(repository.workspace, head, 'lines.jsonl')) ?? '';
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line) => utf8(`${line}\n`));
    const anyLines = fc.array(fc.nat({ max: lines.length - 1 }), {
      minLength: 1,
      maxLength: lines.length + 2,
    });
    await fc.assert(
      fc.asyncProperty(anyLines, async (order) => {
        fc.pre(order.some((from, index) => from !== index) || order.length !== lines.length);
        const bytes = concatBytes(...order.map((index) => lines[index] ?? new Uint8Array()));
        expect(await isRefused(await forge(repository.workspace, head, { 'lines.jsonl': bytes }))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
