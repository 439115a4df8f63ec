import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gitPush, HEDDLE_REFSPECS, publishHere } from '../../support/boundary/publish.ts';
import { Stage } from '../../support/cli/stage.ts';

const AUTHORITY = 'refs/heddle/authority';
const THREAD = 'refs/heddle/threads/task/login';

let stage: Stage;
let bare: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  bare = stage.beside('server.git');
  stage.git('init', '-q', '--bare', bare);
  const install = ['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')];
  await stage.owner.ok(install, { cwd: bare });
  stage.write('src/a.ts', 'a();\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  await publishHere(stage.dev, stage.path);
  await publishHere(stage.owner, stage.path);
  expect(await gitPush(stage, bare, [...HEDDLE_REFSPECS, 'main'])).toMatchObject({ exit: 0 });
});
afterAll(() => stage.dispose());

async function until(found: () => boolean): Promise<void> {
  while (!found()) await setTimeout(20);
}

function logsOnly(): readonly string[] {
  const refs = stage.git('for-each-ref', '--format=%(refname)', 'refs/heddle/oplog/').split('\n');
  return refs.filter((ref) => ref !== '').map((ref) => `${ref}:${ref}`);
}

it('a revocation that is being accepted is known to the push of the revoked that comes beside it', async () => {
  const before = stage.git('rev-parse', AUTHORITY);
  const { grants } = await stage.owner.answer('grant-list');
  const theirs = grants.find(({ principal }) => principal === 'dev@example.com');
  await stage.owner.ok(['grant', 'remove', theirs?.id ?? '']);
  await publishHere(stage.owner, stage.path);
  const revoked = stage.git('rev-parse', AUTHORITY);
  const ownLogs = logsOnly();
  // The developer's clone has not heard of it.
  stage.git('update-ref', AUTHORITY, before);
  stage.write('src/a.ts', 'late();\n');
  await stage.dev.ok(['capture', '-m', 'Late']);

  // git runs it when heddle has accepted and before a ref moves.
  const [reached, goOn] = [stage.beside('reached'), stage.beside('go-on')];
  const slow = `#!/bin/sh\n[ "$1" = ${AUTHORITY} ] || exit 0\n: >'${reached}'\nwhile [ ! -e '${goOn}' ]; do sleep 0.05; done\n`;
  writeFileSync(join(bare, 'hooks', 'update'), slow, { mode: 0o755 });
  const revoking = gitPush(stage, bare, [...ownLogs, `${revoked}:${AUTHORITY}`]);
  await until(() => existsSync(reached));
  await publishHere(stage.dev, stage.path);
  const beside = gitPush(stage, bare, [
    ...logsOnly().filter((ref) => !ownLogs.includes(ref)),
    `+${THREAD}:${THREAD}`,
  ]);
  const turns = join(bare, 'heddle', 'receiving');
  await until(() => readdirSync(turns).some((name) => name.startsWith('lock.own.')));
  writeFileSync(goOn, '');

  expect(await revoking).toMatchObject({ exit: 0 });
  const late = await beside;
  expect([late.exit, late.stderr.includes('STATE_REFUSED')], late.stderr).toEqual([1, true]);
  expect(existsSync(join(turns, 'lock'))).toBe(false);
});
