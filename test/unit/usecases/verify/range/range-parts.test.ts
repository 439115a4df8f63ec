import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { threadRef } from '#domain/refs.ts';
import type { LineOrigin } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { broughtLines } from '#usecases/verify/range/brought-lines.ts';
import { checkTrailers } from '#usecases/verify/range/check-trailers.ts';
import { FindingCollector } from '#usecases/verify/range/collect-findings.ts';
import { KnownChanges } from '#usecases/verify/range/known-changes.ts';
import { LostLines } from '#usecases/verify/range/lost-lines.ts';
import { parseAskedRange } from '#usecases/verify/range/range-commits.ts';
import { plainFiles, writeCommit } from '../../../../support/memory/files.ts';
import { delegate, save, started } from '../../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../../support/memory/workspace.ts';

const A = utf8('a');

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  const agent = await delegate(workspace, 'bot');
  await save(repository, agent, { a: 'one\ntwo\n' });
});

async function carrier(): Promise<ObjectId> {
  return (await workspace.refs.read(threadRef('task'))) ?? '';
}

describe('a range', () => {
  it.each([
    ['HEAD', { since: null, until: 'HEAD', symmetric: false }],
    ['a..b', { since: 'a', until: 'b', symmetric: false }],
    ['a...b', { since: 'a', until: 'b', symmetric: true }],
    ['..b', { since: 'HEAD', until: 'b', symmetric: false }],
    ['a..', { since: 'a', until: 'HEAD', symmetric: false }],
    ['v1.0..v1.1', { since: 'v1.0', until: 'v1.1', symmetric: false }],
    ['..', { since: null, until: '..', symmetric: false }],
  ])('%s is read as git does', (text, asked) => {
    expect(parseAskedRange(text)).toEqual({ text, ...asked });
  });
});

describe('the lines that a commit brought', () => {
  it('are those that end at it', async () => {
    const of = (commit: string, line: number, count: number): LineOrigin => {
      return { commit, path: A, origin: 1, line, count };
    };
    const origins = async (): Promise<readonly LineOrigin[]> => [of('p', 1, 2), of('c', 3, 2), of('q', 5, 1)];
    const lines = await broughtLines({ origins }, { commit: 'c', parents: ['p', 'q'], path: A });
    expect(lines.map(({ line }) => line)).toEqual([3, 4]);
  });
});

describe('lines that a commit took out', () => {
  it('are gone against all of its parents, and a state may do without them, too', async () => {
    const write = (a: string): Promise<ObjectId> => writeCommit(workspace.writer, plainFiles({ a }));
    const [more, other, left] = [
      await write('one\ntwo\nthree\n'),
      await write('one\nthree\n'),
      await write('one\n'),
    ];
    const lost = await LostLines.of(workspace, { commit: left, parents: [more, other], path: A });
    expect(lost.none).toBe(false);
    expect(await lost.areMissingIn(await carrier())).toBe(true);
    const two = await LostLines.of(workspace, { commit: left, parents: [more], path: A });
    expect(await two.areMissingIn(await carrier())).toBe(false);
    const merged = await LostLines.of(workspace, { commit: left, parents: [more, left], path: A });
    expect(merged.none).toBe(true);
  });
});

describe('states that did what no line tells', () => {
  it('are those after which the same content of the same kind stood there', async () => {
    const blob = (await workspace.objects.readTree(`${await carrier()}:files`))?.[0]?.id ?? '';
    const known = new KnownChanges(workspace, async (path) => [
      { commit: await carrier(), blob, path },
      { commit: await carrier(), blob: null, path },
    ]);
    const change = { path: A, oldId: null, oldMode: null, newId: blob, newMode: '100644' };
    expect(await known.alike(change)).toEqual([await carrier()]);
    expect(await known.alike({ ...change, newMode: '100755' })).toEqual([]);
    expect(await known.alike({ ...change, newId: null, newMode: null })).toEqual([await carrier()]);
    expect(await known.ofMode({ ...change, newMode: '100755' })).toEqual([]);
  });
});

describe('trailers', () => {
  async function told(message: string): Promise<readonly string[]> {
    const findings = new FindingCollector({ unattributed: 'error', secrets: 'error' });
    const { view } = await knowAuthority(workspace);
    const read = { commit: 'c', tree: 't', parents: [], message, changes: [] };
    await checkTrailers(workspace, read, { view, resource: view.repository, findings });
    return findings.findings(new Map()).map(({ rule, level }) => `${rule} ${level}`);
  }

  it('are held against the state that they name', async () => {
    const { id } = await readState(workspace, await carrier());
    const trailers = `title\n\nHeddle-State: ${id}\nHeddle-Thread: task\n`;
    expect(await told('title')).toEqual([]);
    expect(await told(trailers)).toEqual([]);
    expect(await told(trailers.replace('Thread: task', 'Thread: other'))).toEqual(['trailer-thread error']);
    expect(await told(`${trailers}Heddle-State: ${id.slice(0, -1)}\n`)).toContain('trailer-state error');
    expect(await told(trailers.replace(id, 'hs-000000'))).toEqual(['trailer-state error']);
    expect(await told(trailers.replace(id, '\u001b[31m'))).toEqual(['trailer-state error']);
    expect(await told(`${trailers}Assisted-by: bot\n`)).toEqual([]);
    expect(await told(`${trailers}Assisted-by: nobody\n`)).toEqual(['trailer-agent warning']);
  });
});
