import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, afterAll } from 'vitest';
import { AUTHORITY_REF, threadRef } from '#domain/refs.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { StateId } from '#domain/id.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { openWorkspace } from '../../support/cli/open-workspace.ts';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';

let stage: Stage;
let agent: Person;
let credential: string;
let first: string;
let genesis: string;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  stage = await new Stage().withDev();
  agent = await stage.agent('worker', {
    allow: 'state:capture,state:read,undo',
    resource: 'acme/core@task/login',
  });
  credential = stage.beside('worker.hcred');
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture']);
  first = stage.git('rev-parse', threadRef('task/login'));
  stage.write('src/a.ts', 'two\n');
  await agent.ok(['capture']);
  genesis = stage.git('rev-list', '--max-parents=0', AUTHORITY_REF);
  stage.keep();
});
beforeEach(() => stage.reset());
afterEach(() => close?.());
afterAll(() => stage.dispose());

function head(ref: string): string {
  return stage.git('rev-parse', ref);
}

interface Forgery {
  readonly op: OperationKind;
  readonly states?: readonly StateId[];
  readonly texts?: Partial<OperationTexts>;
  readonly verdict?: 'allow' | 'deny';
  /** The owner in the agent's place. */
  readonly byOwner?: boolean;
}

/** Writes a line that the agent signs as it stands, and does what it says. */
async function forge({
  op,
  states = [],
  texts = {},
  verdict = 'allow',
  byOwner = false,
}: Forgery): Promise<string> {
  const by = byOwner ? { env: stage.owner.env } : { env: agent.env, credential };
  const workspace = await openWorkspace({ path: stage.path, ...by });
  close = workspace.close;
  const ground = await readGround(workspace);
  const { authority, caller, replica, now } = ground;
  const { id } = await publish(
    workspace,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op,
      verdict:
        verdict === 'allow'
          ? { verdict, stage: null, code: null }
          : { verdict, stage: 'scope', code: 'SCOPE_RESOURCE' },
      policy: authority.view.head,
      states,
      texts: {
        resource: null,
        paths: [],
        args: { operationId: null, verb: {} },
        refs: [],
        effects: [],
        inverse: null,
        result: null,
        ...texts,
      },
      verify: [],
      batch: null,
    },
  );
  return id;
}

async function findings(): Promise<string> {
  const run = await stage.owner.run(['verify', '--all', '--json']);
  expect(run.exit, story(run)).toBeLessThan(2);
  return JSON.stringify(printed(run)['findings']);
}

async function findingOf(line: string): Promise<string> {
  const found = JSON.parse(await findings()) as readonly {
    readonly subject: string;
    readonly message: string;
  }[];
  return found
    .filter(({ subject }) => subject === line)
    .map(({ message }) => message)
    .join();
}

describe('lines that an agent writes into the log by itself', () => {
  it('are clean where nothing was forged', async () => {
    expect(await findings()).toBe('[]');
  });

  it.each(['undo', 'capture', 'grant-add', 'recovery', 'thread-start'] as const)(
    'cannot explain with %s that the authority chain went back',
    async (op) => {
      const refs = [{ name: AUTHORITY_REF, old: head(AUTHORITY_REF), new: genesis }];
      await forge({ op, texts: { refs } });
      expect(await findings()).toMatch(/authority/);
    },
  );

  it.each(['grant-add', 'token-mint', 'recovery', 'thread-start', 'undo', 'capture'] as const)(
    'cannot explain with %s that a thread went back',
    async (op) => {
      const name = threadRef('task/login');
      await forge({ op, texts: { refs: [{ name, old: head(name), new: first }] } });
      expect(await findings()).toContain('line ');
    },
  );

  it.each(['land', 'capture', 'undo', 'recovery', 'grant-add'] as const)(
    'cannot explain with %s that a branch moved',
    async (op) => {
      const refs = [{ name: 'refs/heads/main', old: head('refs/heads/main'), new: first }];
      const { state } = await stage.dev
        .json(['show'])
        .then(({ state: shown }) => shown as { state: StateId });
      await forge({
        op,
        states: [state],
        texts: { refs, result: { thread: 'task/login', states: [state] } },
      });
      expect(await findings()).toContain('line ');
    },
  );

  it('cannot land without being allowed to, and have nobody take back what was no landing', async () => {
    const main = head('refs/heads/main');
    const { state } = await stage.dev.json(['show']).then(({ state: shown }) => shown as { state: StateId });
    const message = `m\n\nHeddle-State: ${state}`;
    const landed = stage.git('commit-tree', '-p', main, '-m', message, `${first}:files`);
    const refs = [{ name: 'refs/heads/main', old: main, new: landed }];
    const result = { thread: 'task/login', states: [state] };
    const inverse = { refs: [{ name: 'refs/heads/main', old: landed, new: first }], effects: [] };
    await forge({ op: 'land', states: [state], texts: { refs, result, inverse } });
    expect(await findings()).toContain('it was not allowed: SCOPE_OPERATION');
    const undone = await agent.run(['undo', '--json']);
    expect(printed(undone)['code'], story(undone)).toBe('SCOPE_RESOURCE');
    expect(head('refs/heads/main')).toBe(landed);
    const old = await forge({ op: 'land', states: [state], texts: { refs: [], result, inverse } });
    const none = await stage.owner.run(['undo', old, '--json']);
    expect(printed(none)['code'], story(none)).toBe('UNDO_REFUSED');
  });

  it('cannot have it landed as what was landed before, neither by somebody else nor by saying so', async () => {
    const main = head('refs/heads/main');
    const { state } = await stage.dev.json(['show']).then(({ state: shown }) => shown as { state: StateId });
    const message = `m\n\nHeddle-State: ${state}`;
    // Other files than the state has.
    const landed = stage.git('commit-tree', '-p', main, '-m', message, `${first}:files`);
    const refs = [{ name: 'refs/heads/main', old: main, new: landed }];
    const back = [{ name: 'refs/heads/main', old: landed, new: main }];
    const land = {
      op: 'land',
      states: [state],
      texts: { refs, result: { thread: 'task/login', states: [state] } },
    } as const;
    const done = await forge(land);
    const undone = await forge({ op: 'undo', texts: { refs: back, result: { undone: done } } });
    const { code, message: why } = printed(await stage.owner.run(['redo', undone, '--json']));
    expect([code, why]).toEqual(['UNDO_REFUSED', expect.stringContaining('something else by now')]);
    expect(head('refs/heads/main')).toBe(main);
    const result = { undo: undone, redone: done };
    const redone = await forge({ op: 'redo', states: [state], texts: { refs, result } });
    expect(await findingOf(redone)).toContain('it was not allowed: SCOPE_RESOURCE');
    const other = await forge({ op: 'redo', states: [state], texts: { refs: back, result } });
    expect(await findingOf(other)).toContain('it does not do again what was undone');
  });

  it('cannot land anything else than what was approved', async () => {
    stage.write('src/a.ts', 'zero\n');
    stage.repository.commit('beside');
    const main = head('refs/heads/main');
    await stage.owner.ok(['policy', 'set', 'acme/core@heads/main', '--approvals', '1']);
    await stage.owner.ok(['review', 'task/login', '--approve']);
    const [older, newer] = (await stage.owner.answer('log', ['task/login'])).states.toReversed();
    const state = found(newer).state;
    const message = `m\n\nHeddle-State: ${state}`;
    const result = { thread: 'task/login', states: [state, found(older).state] };
    const landed = stage.git('commit-tree', '-p', main, '-m', message, `${first}:files`);
    const refs = [{ name: 'refs/heads/main', old: main, new: landed }];
    await forge({ op: 'land', states: [state], texts: { refs, result }, byOwner: true });
    expect(JSON.parse(await findings())).toMatchObject([
      { message: expect.stringContaining('it brought something else than thread and branch come to') },
    ]);
  });

  it('cannot import claims or write notes without being allowed to', async () => {
    const row = '0'.repeat(52);
    const set = stage.git('commit-tree', '-m', 'set', stage.git('mktree', '--missing'));
    const refs = [{ name: 'refs/heddle/imports', old: null, new: set }];
    await forge({ op: 'attribution-import', texts: { refs, result: { import: row } } });
    expect(await findings()).toContain('the imports that it moves are not those that it says');
    const notes = [
      { name: 'refs/notes/ai', old: null, new: stage.git('commit-tree', '-m', 'n', `${first}:files`) },
    ];
    await forge({ op: 'attribution-export', texts: { refs: notes, result: { notes: { written: [] } } } });
    expect(await findings()).toContain('it writes other notes than it says');
    const empty = [{ ...notes[0], name: 'refs/notes/other', old: null, new: set }];
    await forge({ op: 'attribution-export', texts: { refs: empty, result: { notes: { written: [] } } } });
    expect(await findings()).toContain('it was not allowed: SCOPE_OPERATION on acme/core@notes/other');
  });

  it('cannot put a state of one thread in the place of another thread', async () => {
    const name = threadRef('task/other');
    const { state } = await stage.dev.json(['show']).then(({ state: shown }) => shown as { state: StateId });
    await forge({
      op: 'capture',
      states: [state],
      texts: { refs: [{ name, old: null, new: head(threadRef('task/login')) }] },
    });
    const found = await findings();
    expect(found).toContain('its state is not what it captured');
    expect(found).toContain('stands for task/other');
  });

  it('cannot start a thread where the agent may not', async () => {
    const record = {
      thread: 'task/wide',
      task: null,
      base: null,
      from: null,
      by: 'dev@example.com',
      startedAt: await readNow(),
    };
    await forge({
      op: 'thread-start',
      texts: { effects: [{ kind: 'thread', thread: 'task/wide', record }] },
    });
    expect(await findings()).toContain('it was not allowed: SCOPE_OPERATION');
  });

  it.each([false, true])('cannot move where a thread began, signed by its owner: %s', async (byOwner) => {
    // The home of a clone that was copied becomes another one's when it writes.
    await stage.dev.ok(['capture']);
    const directory = join(stage.path, '.git', 'heddle', 'threads');
    const [name = ''] = readdirSync(directory);
    const file = join(directory, name);
    const kept = readFileSync(file);
    const {
      type: _type,
      v: _v,
      seal: _seal,
      ...record
    } = JSON.parse(kept.toString()) as ThreadRecord & Readonly<Record<string, unknown>>;
    const before = await stage.dev.json(['thread', 'show', 'task/login']);
    const effects = [{ kind: 'thread', thread: 'task/login', record: { ...record, base: genesis } }] as const;
    await forge({ op: 'thread-start', texts: { effects }, byOwner });
    const moved = { ...(JSON.parse(kept.toString()) as object), base: genesis, seal: null };
    writeFileSync(file, encodeCanonical(moved));
    expect(await stage.dev.json(['thread', 'show', 'task/login'])).toEqual(before);
    expect(record.base).not.toBe(genesis);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      base: record.base,
      seal: expect.any(String) as string,
    });
  });

  it('cannot hide what they say', async () => {
    for (const path of stage.logFiles()) {
      const sidecars = path.replace(/\.jsonl$/, '.texts.jsonl');
      const hidden = `{"tombstone":"hr-${'0'.repeat(52)}","type":"redacted-texts","v":1}`;
      const lines = readFileSync(sidecars, 'utf8').split('\n');
      writeFileSync(sidecars, lines.map((line) => (line.includes('"worker"') ? hidden : line)).join('\n'));
    }
    expect(await findings()).toContain('no tombstone says so');
  });

  it('have an undo move nothing but the thread that was asked about', async () => {
    const name = threadRef('task/login');
    const { state } = await stage.dev.json(['show']).then(({ state: shown }) => shown as { state: StateId });
    const worktree = { kind: 'worktree', gitDir: '.', thread: 'task/login', state } as const;
    const authority = { name: AUTHORITY_REF, old: head(AUTHORITY_REF), new: genesis };
    const id = await forge({
      op: 'capture',
      states: [state],
      texts: { effects: [worktree], inverse: { refs: [authority], effects: [] } },
    });
    const run = await agent.run(['undo', id, '--json']);
    expect(printed(run)['code'], story(run)).toBe('UNDO_REFUSED');
    const claimed = await forge({
      op: 'capture',
      states: [state],
      texts: {
        effects: [worktree],
        inverse: { refs: [{ name, old: head(name), new: genesis }], effects: [] },
      },
    });
    const again = await agent.run(['undo', claimed, '--json']);
    expect(printed(again)['code'], story(again)).toBe('UNDO_REFUSED');
    expect(head(AUTHORITY_REF)).toBe(authority.old);
  });
});

async function readNow() {
  const workspace = await openWorkspace({ path: stage.path, env: agent.env, credential });
  await workspace.close();
  return workspace.clock.now();
}
