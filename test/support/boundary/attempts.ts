import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { StateId } from '#domain/id.ts';
import { AUTHORITY_REF, oplogRef, TOMBSTONES_REF } from '#domain/refs.ts';
import { readState } from '#usecases/states/read-state.ts';
import { copyTree } from '../run/tree.ts';
import { schemaProblems } from '../cli/schemas.ts';
import { Stage } from '../cli/stage.ts';
import { withEntries } from '../memory/forged-carriers.ts';
import { fileOf, forge, publishedHead, publishLog } from '../published-log.ts';
import { asForger, forgeLine, forgeState, signerOf } from './forgeries.ts';
import { MAIN, TASK, type GuardedClone, type Said } from './guarded-clone.ts';

async function workWithGit(on: GuardedClone): Promise<Said> {
  on.stage.write('src/a.ts', 'raw\n');
  on.plain('add', 'src/a.ts');
  const commit = on.rawCommit();
  on.plain('update-ref', 'refs/remotes/origin/raw', commit);
  const ways = [
    ['commit', '-q', '-m', 'raw'],
    ['commit', '-q', '--no-verify', '-m', 'raw'],
    ['update-ref', MAIN, commit],
    ['reset', '-q', '--soft', commit],
    ['push', '-q', 'origin', `${commit}:refs/heads/mine`],
  ];
  const clone = ways.map((argv) => on.hooked(on.agent, ...argv));
  on.plain('commit', '-q', '--no-verify', '-m', 'raw');
  return { clone, server: [await on.raw('main'), await on.raw(`${commit}:refs/heads/mine`)] };
}

async function stash(on: GuardedClone): Promise<Said> {
  on.stage.write('seed.txt', 'raw\n');
  on.plain('add', '--all');
  const clone = [on.hooked(on.agent, 'stash')];
  on.plain('stash');
  return { clone, server: [await on.raw('refs/stash')] };
}

async function handMoved(on: GuardedClone): Promise<Said> {
  const first = on.plain('rev-parse', `${TASK}~1`);
  return {
    clone: [
      on.hooked(on.agent, 'update-ref', TASK, first),
      on.hooked(on.agent, 'update-ref', AUTHORITY_REF, `${AUTHORITY_REF}~1`),
      on.hooked(on.agent, 'update-ref', '-d', TASK),
    ],
    server: [await on.raw(`+${first}:${TASK}`), await on.raw(`:${TASK}`)],
  };
}

async function unsigned(on: GuardedClone): Promise<Said> {
  return on.forged(
    await asForger(on.stage, on.forger, (workspace) =>
      withEntries(workspace, on.plain('rev-parse', TASK), async (entries) => {
        entries.delete('attestation.json');
      }),
    ),
  );
}

async function parentsKey(on: GuardedClone): Promise<Said> {
  const signer = await asForger(on.stage, { env: on.stage.dev.env }, signerOf);
  const head = await asForger(on.stage, on.forger, (workspace) =>
    forgeState(workspace, on.plain('rev-parse', TASK), {
      signer,
      change: (state) => ({ ...state, holder: signer.publicKey }),
    }),
  );
  return on.forged(head);
}

async function outsideScope(on: GuardedClone): Promise<Said> {
  const head = on.plain('rev-parse', TASK);
  on.stage.write('lib/b.ts', 'two\n');
  await on.stage.dev.ok(['capture']);
  const wide = on.plain('rev-parse', TASK);
  on.plain('update-ref', TASK, head);
  return on.forged(
    await asForger(on.stage, on.forger, async (workspace) => {
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

async function replayed(on: GuardedClone): Promise<Said> {
  const other = await new Stage().withDev();
  try {
    other.write('src/a.ts', 'theirs\n');
    await other.dev.ok(['capture']);
    on.plain('fetch', '-q', other.path, TASK);
  } finally {
    other.dispose();
  }
  return on.forged(on.plain('rev-parse', 'FETCH_HEAD'));
}

async function late(on: GuardedClone): Promise<Said> {
  const copy = on.stage.beside('copy');
  copyTree(on.stage.path, copy);
  await on.stage.owner.ok(['token', 'revoke', '--token-file', on.forger.credential]);
  await on.stage.owner.ok(['push']);
  writeFileSync(`${copy}/src/a.ts`, 'late\n');
  await on.agent.ok(['capture'], { cwd: copy });
  on.plain('fetch', '-q', copy, TASK);
  const said = await on.forged(on.plain('rev-parse', 'FETCH_HEAD'));
  expect(said.server[0]).toMatch(/remote: {3}denied {5}hs-\S+: CREDENTIAL_REVOKED at credential/);
  const told = await on.stage.dev.json(['push'], { exit: 65 });
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
async function known(on: GuardedClone): Promise<void> {
  on.stage.write('src/a.ts', 'three\n');
  await on.stage.dev.ok(['capture']);
  await on.stage.dev.ok(['push']);
}

async function editedLog(on: GuardedClone): Promise<Said> {
  await known(on);
  on.stage.write('src/a.ts', 'four\n');
  await on.stage.dev.ok(['capture']);
  const [ref, head] = await asForger(on.stage, { env: on.stage.dev.env }, async (workspace) => {
    const { replica } = await workspace.replica();
    await publishLog(workspace);
    const mine = await publishedHead(workspace, replica);
    const lines = Buffer.from(await fileOf(workspace, mine, 'lines.jsonl')).toString();
    const edited = lines.replace('"op":"capture"', '"op":"restore"');
    return [oplogRef(replica), await forge(workspace, mine, { 'lines.jsonl': Buffer.from(edited) })] as const;
  });
  const server = [await on.raw(`+${head}:${ref}`)];
  const path =
    on.stage.logFiles().find((file) => readFileSync(file, 'utf8').includes('"op":"capture"')) ?? '';
  writeFileSync(path, readFileSync(path, 'utf8').replace('"op":"capture"', '"op":"restore"'));
  return { server, clone: [await on.told()] };
}

async function oldAuthority(on: GuardedClone): Promise<Said> {
  const genesis = on.plain('rev-list', '--max-parents=0', AUTHORITY_REF);
  return {
    server: [await on.raw(`+${genesis}:${AUTHORITY_REF}`)],
    clone: [await on.told([AUTHORITY_REF, genesis])],
  };
}

async function landing(on: GuardedClone): Promise<Said> {
  await known(on);
  const main = on.plain('rev-parse', MAIN);
  const [ref, head, commit] = await asForger(on.stage, on.forger, async (workspace) => {
    const { id } = await readState(workspace, on.plain('rev-parse', TASK));
    const message = `landed\n\nHeddle-State: ${id}`;
    const made = on.plain('commit-tree', '-p', main, '-m', message, `${TASK}:files`);
    const states: readonly StateId[] = [id];
    const refs = [{ name: MAIN, old: main, new: made }];
    const result = { thread: 'task/login', states };
    await forgeLine(workspace, { op: 'land', states, texts: { refs, result } });
    await publishLog(workspace);
    const { replica } = await workspace.replica();
    return [oplogRef(replica), await publishedHead(workspace, replica), made] as const;
  });
  return { server: [await on.raw(`${head}:${ref}`, `${commit}:${MAIN}`)], clone: [await on.told()] };
}

async function removed(on: GuardedClone): Promise<string> {
  on.stage.write('src/key.txt', 'shared with nobody at all\n');
  await on.stage.dev.ok(['capture']);
  await on.stage.dev.ok(['push']);
  await on.stage.owner.ok(['redact', 'src/key.txt', '--reason', 'a token']);
  await on.stage.owner.ok(['push', '--all']);
  return on.plain('rev-parse', TOMBSTONES_REF);
}

async function tombstoneGone(on: GuardedClone): Promise<Said> {
  await removed(on);
  return { server: [await on.raw(`:${TOMBSTONES_REF}`)], clone: [await on.told(['-d', TOMBSTONES_REF])] };
}

async function shunned(on: GuardedClone): Promise<Said> {
  await removed(on);
  on.stage.write('src/key.txt', 'shared with nobody at all\n');
  on.plain('add', 'src/key.txt');
  const clone = [on.hooked(on.stage.owner, 'commit', '-q', '-m', 'again')];
  const commit = on.rawCommit();
  return { clone, server: [await on.raw(`${commit}:refs/heads/again`)] };
}

/** How to go round, by the row of the boundary's page that says where that is stopped. */
export const ATTEMPTS: Readonly<Record<string, (on: GuardedClone) => Promise<Said>>> = {
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
