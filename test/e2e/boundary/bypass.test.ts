import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StateId } from '#domain/id.ts';
import { AUTHORITY_REF, oplogRef, threadRef, TOMBSTONES_REF } from '#domain/refs.ts';
import { readState } from '#usecases/states/read-state.ts';
import { asForger, forgeLine, forgeState, signerOf } from '../../support/boundary/forgeries.ts';
import { gitPush } from '../../support/boundary/publish.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { copyTree } from '../../support/cli/prepared-stage.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { withEntries } from '../../support/memory/forged-carriers.ts';
import { fileOf, forge, publishedHead, publishLog } from '../../support/published-log.ts';

const PAGE = new URL('../../../docs/BOUNDARY.md', import.meta.url);
const TASK = threadRef('task/login');
const MAIN = 'refs/heads/main';
/** What everybody can do who can run git: ask none of the hooks. */
const NO_HOOKS = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/dev/null',
};

let stage: Stage;
let agent: Person;
/** As whom forgeries are made. */
let forger: { readonly env: Readonly<Record<string, string>>; readonly credential: string };
const server = (): string => stage.beside('server.git');

beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.owner.ok(['policy', 'set', '--attestation', 'required']);
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@heads/main']);
  agent = await stage.agent('worker', { resource: 'acme/core@task/login:src' });
  forger = { env: agent.env, credential: stage.beside('worker.hcred') };
  stage.write('src/a.ts', 'one\n');
  stage.write('lib/b.ts', 'one\n');
  await stage.dev.ok(['capture']);
  stage.write('src/a.ts', 'two\n');
  await agent.ok(['capture']);
  stage.git('init', '-q', '--bare', '-b', 'main', server());
  const home = stage.beside('server-home');
  await stage.owner.ok(['hook', 'install', '--server', '--trust-first', '--home', home], { cwd: server() });
  await stage.owner.ok(['remote', 'add', 'origin', server()]);
  // Two homes share this clone: the line of a capture is in the log of whoever made it.
  const alone = await stage.dev.json(['push', '--all'], { exit: 65 });
  expect(alone).toMatchObject({ facts: { codes: ['LINE_MISSING'] } });
  expect(JSON.stringify(alone)).toContain('owner@example.com worked here with another home');
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  await stage.dev.ok(['hook', 'install']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** Git as somebody runs it, with all hooks; what it said. */
function hooked(person: Person, ...argv: readonly string[]): string {
  const { status, stderr } = spawnSync('git', argv, { cwd: stage.path, env: person.env, encoding: 'utf8' });
  expect(status, `git ${argv.join(' ')}`).not.toBe(0);
  return stderr;
}

/** Git without any hook. */
function plain(...argv: readonly string[]): string {
  return stage.git('-c', 'core.hooksPath=/dev/null', ...argv).trim();
}

/** Pushes with git alone, past the hooks of the clone; what the server said. */
async function raw(...refspecs: readonly string[]): Promise<string> {
  const before = stage.git('-C', server(), 'for-each-ref');
  const { exit, stderr } = await gitPush(stage, server(), refspecs, { env: { ...agent.env, ...NO_HOOKS } });
  expect(exit, stderr).not.toBe(0);
  expect(stage.git('-C', server(), 'for-each-ref')).toBe(before);
  return stderr;
}

/** What `verify` says after refs were moved by git alone. */
async function told(...moves: readonly (readonly string[])[]): Promise<string> {
  for (const move of moves) plain('update-ref', ...move);
  const run = await stage.owner.run(['verify', '--all', '--json']);
  expect(run.exit, run.stderr).not.toBe(0);
  return `verify ${run.stdout}${run.stderr}`;
}

/** A commit by nobody that heddle knows of, on the branch and not yet anywhere. */
function rawCommit(): string {
  const tree = plain('write-tree');
  return plain('commit-tree', '-p', MAIN, '-m', 'raw', tree);
}

/** What was tried: what was said in the clone, and by the server. */
interface Said {
  readonly clone: readonly string[];
  readonly server: readonly string[];
}

/** A forged head of the thread: held against `verify`, then pushed. */
async function forged(head: string): Promise<Said> {
  return { server: [await raw(`+${head}:${TASK}`)], clone: [await told([TASK, head])] };
}

async function workWithGit(): Promise<Said> {
  stage.write('src/a.ts', 'raw\n');
  plain('add', 'src/a.ts');
  const commit = rawCommit();
  plain('update-ref', 'refs/remotes/origin/raw', commit);
  const ways = [
    ['commit', '-q', '-m', 'raw'],
    ['commit', '-q', '--no-verify', '-m', 'raw'],
    ['update-ref', MAIN, commit],
    ['reset', '-q', '--soft', commit],
    ['push', '-q', 'origin', `${commit}:refs/heads/mine`],
  ];
  const clone = ways.map((argv) => hooked(agent, ...argv));
  plain('commit', '-q', '--no-verify', '-m', 'raw');
  return { clone, server: [await raw('main'), await raw(`${commit}:refs/heads/mine`)] };
}

async function stash(): Promise<Said> {
  stage.write('seed.txt', 'raw\n');
  plain('add', '--all');
  const clone = [hooked(agent, 'stash')];
  plain('stash');
  return { clone, server: [await raw('refs/stash')] };
}

async function handMoved(): Promise<Said> {
  const first = plain('rev-parse', `${TASK}~1`);
  return {
    clone: [
      hooked(agent, 'update-ref', TASK, first),
      hooked(agent, 'update-ref', AUTHORITY_REF, `${AUTHORITY_REF}~1`),
      hooked(agent, 'update-ref', '-d', TASK),
    ],
    server: [await raw(`+${first}:${TASK}`), await raw(`:${TASK}`)],
  };
}

async function unsigned(): Promise<Said> {
  return forged(
    await asForger(stage, forger, (workspace) =>
      withEntries(workspace, plain('rev-parse', TASK), async (entries) => {
        entries.delete('attestation.json');
      }),
    ),
  );
}

async function parentsKey(): Promise<Said> {
  const signer = await asForger(stage, { env: stage.dev.env }, signerOf);
  const head = await asForger(stage, forger, (workspace) =>
    forgeState(workspace, plain('rev-parse', TASK), {
      signer,
      change: (state) => ({ ...state, holder: signer.publicKey }),
    }),
  );
  return forged(head);
}

async function outsideScope(): Promise<Said> {
  const head = plain('rev-parse', TASK);
  stage.write('lib/b.ts', 'two\n');
  await stage.dev.ok(['capture']);
  const wide = plain('rev-parse', TASK);
  plain('update-ref', TASK, head);
  return forged(
    await asForger(stage, forger, async (workspace) => {
      const { tree } = (await readState(workspace, wide)).state;
      const { actor, sources, holder, chain } = (await readState(workspace, head)).state;
      const signer = await signerOf(workspace);
      const said = { actor, sources, holder, chain, tree };
      return withEntries(
        workspace,
        await forgeState(workspace, wide, { signer, change: (state) => ({ ...state, ...said }) }),
        async (entries) => {
          const own = (await workspace.objects.readTree(head)) ?? [];
          const chained = own.find(({ name }) => Buffer.from(name).toString() === 'chain');
          if (chained !== undefined) entries.set('chain', chained);
        },
      );
    }),
  );
}

async function replayed(): Promise<Said> {
  const other = await new Stage().withDev();
  try {
    other.write('src/a.ts', 'theirs\n');
    await other.dev.ok(['capture']);
    plain('fetch', '-q', other.path, TASK);
  } finally {
    other.dispose();
  }
  return forged(plain('rev-parse', 'FETCH_HEAD'));
}

async function late(): Promise<Said> {
  const copy = stage.beside('copy');
  copyTree(stage.path, copy);
  await stage.owner.ok(['token', 'revoke', '--token-file', forger.credential]);
  await stage.owner.ok(['push']);
  writeFileSync(`${copy}/src/a.ts`, 'late\n');
  await agent.ok(['capture'], { cwd: copy });
  plain('fetch', '-q', copy, TASK);
  const said = await forged(plain('rev-parse', 'FETCH_HEAD'));
  expect(said.server[0]).toMatch(/remote: {3}denied {5}hs-\S+: CREDENTIAL_REVOKED at credential/);
  const told = await stage.dev.json(['push'], { exit: 65 });
  expect(schemaProblems(told)).toEqual([]);
  expect(told).toMatchObject({
    facts: {
      codes: ['LINE_MISSING', 'STATE_REFUSED'],
      denials: [{ code: 'CREDENTIAL_REVOKED', via: ['worker'] }],
    },
  });
  // The line of the late capture is in the log of the copy, and nowhere else.
  expect(JSON.stringify(told)).not.toContain(`LINE_MISSING ${AUTHORITY_REF}`);
  return said;
}

/** What was put back is a copy, and so a clone of its own: it is known once it has done something. */
async function known(): Promise<void> {
  stage.write('src/a.ts', 'three\n');
  await stage.dev.ok(['capture']);
  await stage.dev.ok(['push']);
}

async function editedLog(): Promise<Said> {
  await known();
  stage.write('src/a.ts', 'four\n');
  await stage.dev.ok(['capture']);
  const [ref, head] = await asForger(stage, { env: stage.dev.env }, async (workspace) => {
    const { replica } = await workspace.replica();
    await publishLog(workspace);
    const mine = await publishedHead(workspace, replica);
    const lines = Buffer.from(await fileOf(workspace, mine, 'lines.jsonl')).toString();
    const edited = lines.replace('"op":"capture"', '"op":"restore"');
    return [oplogRef(replica), await forge(workspace, mine, { 'lines.jsonl': Buffer.from(edited) })] as const;
  });
  const server = [await raw(`+${head}:${ref}`)];
  const path = stage.logFiles().find((file) => readFileSync(file, 'utf8').includes('"op":"capture"')) ?? '';
  writeFileSync(path, readFileSync(path, 'utf8').replace('"op":"capture"', '"op":"restore"'));
  return { server, clone: [await told()] };
}

async function oldAuthority(): Promise<Said> {
  const genesis = plain('rev-list', '--max-parents=0', AUTHORITY_REF);
  return {
    server: [await raw(`+${genesis}:${AUTHORITY_REF}`)],
    clone: [await told([AUTHORITY_REF, genesis])],
  };
}

async function landing(): Promise<Said> {
  await known();
  const main = plain('rev-parse', MAIN);
  const [ref, head, commit] = await asForger(stage, forger, async (workspace) => {
    const { id } = await readState(workspace, plain('rev-parse', TASK));
    const message = `landed\n\nHeddle-State: ${id}`;
    const made = plain('commit-tree', '-p', main, '-m', message, `${TASK}:files`);
    const states: readonly StateId[] = [id];
    const refs = [{ name: MAIN, old: main, new: made }];
    const result = { thread: 'task/login', states };
    await forgeLine(workspace, { op: 'land', states, texts: { refs, result } });
    await publishLog(workspace);
    const { replica } = await workspace.replica();
    return [oplogRef(replica), await publishedHead(workspace, replica), made] as const;
  });
  return { server: [await raw(`${head}:${ref}`, `${commit}:${MAIN}`)], clone: [await told()] };
}

async function removed(): Promise<string> {
  stage.write('src/key.txt', 'shared with nobody at all\n');
  await stage.dev.ok(['capture']);
  await stage.dev.ok(['push']);
  await stage.owner.ok(['redact', 'src/key.txt', '--reason', 'a token']);
  await stage.owner.ok(['push', '--all']);
  return plain('rev-parse', TOMBSTONES_REF);
}

async function tombstoneGone(): Promise<Said> {
  await removed();
  return { server: [await raw(`:${TOMBSTONES_REF}`)], clone: [await told(['-d', TOMBSTONES_REF])] };
}

async function shunned(): Promise<Said> {
  await removed();
  stage.write('src/key.txt', 'shared with nobody at all\n');
  plain('add', 'src/key.txt');
  const clone = [hooked(stage.owner, 'commit', '-q', '-m', 'again')];
  const commit = rawCommit();
  return { clone, server: [await raw(`${commit}:refs/heads/again`)] };
}

/** Each row of the page, as it is written there. */
const ATTEMPTS: Readonly<Record<string, () => Promise<Said>>> = {
  '`commit`, `commit --no-verify`, `update-ref`, `reset` on a branch, or a direct push of one': workWithGit,
  '`stash`, and a push of it': stash,
  'a thread set back or taken away with git, by an old line or none': handMoved,
  'a forged state, or an unsigned one where policies ask for signatures': unsigned,
  "a state that the parent's key signed": parentsKey,
  'a state outside of the scope': outsideScope,
  'a state replayed from another repository': replayed,
  'work dated back, after token or role were taken away': late,
  'an edited or shortened log': editedLog,
  'an older head of the authority chain': oldAuthority,
  'a landing without `thread:land`': landing,
  'a tombstone taken out of its set': tombstoneGone,
  'removed content, hidden in a pack or in the store': shunned,
};

interface Row {
  readonly attempt: string;
  readonly clone: string;
  readonly server: string;
}

/** What the page says of each attempt. */
const ROWS: readonly Row[] =
  readFileSync(PAGE, 'utf8')
    .split('## Which attempts are stopped where\n')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([attempt = '', clone = '', receiving = '']) => ({ attempt, clone, server: receiving })) ?? [];

/** What has to be read where the page says this. */
const SAID: Readonly<Record<string, RegExp>> = {
  '`DENIED`, by hooks': /^error: denied at (?:scope|role|policy):/,
  '`REF_NOT_LOGGED`, by hooks': /^error: \S+ moves by heddle alone/,
  'hooks, where this home removed it or the list travels': /^error: \S+ holds what hr-/,
  '`verify` tells': /^verify .*"findings":\[\{"kind"/,
};

describe('an attempt to go round', () => {
  it('has a row in the page, and each row is tried', () => {
    expect(ROWS.map(({ attempt }) => attempt)).toEqual(Object.keys(ATTEMPTS));
  });

  it.each(ROWS)('is stopped where the page says: $attempt', async ({ attempt, clone, server: receiving }) => {
    const said = await ATTEMPTS[attempt]?.();
    if (said === undefined) throw new Error('nobody tries this');
    for (const words of said.clone) expect(words).toMatch(SAID[clone] ?? /nothing is said of this/);
    const [, code = 'no code'] = /^`(\w+)`$/.exec(receiving) ?? [];
    for (const words of said.server) expect(words).toMatch(new RegExp(`refused +(?:.*, )?${code} `));
    expect(said.clone.length * said.server.length).toBeGreaterThan(0);
  });
});
