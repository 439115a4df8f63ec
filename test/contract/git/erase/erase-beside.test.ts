import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

const ROUNDS = 8;

/** Commits again and again until a file says stop; what it committed, a line for each. */
const WRITER = `
n=0
while [ ! -e "$1/stop" ]; do
  n=$((n+1))
  echo "work $n of $$" > "file-$((n % 7))"
  git add -A && git commit -q -m "work $n" && git rev-parse HEAD >> "$1/committed" || echo "failed $n" >> "$1/committed"
  if [ $((n % 5)) = 0 ]; then
    echo "stashed $n" > "file-$((n % 7))"
    git stash push -q -m "stash $n" || echo "failed stash $n" >> "$1/committed"
  fi
done
`;

function start(scene: EraseScene, cwd: string, script: string): ChildProcess {
  const { repository } = scene.ground;
  return spawn('sh', ['-c', script, 'writer', repository.root], {
    cwd,
    env: repository.env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

it('git that adds, commits and stashes beside an erasure loses nothing, and a reader that is open finds everything', async () => {
  const scene = await EraseScene.make();
  const { ground } = scene;
  const { repository } = ground;
  repository.remove('config');
  const linked = ground.linkedWorktree();
  const reader = spawn('git', ['cat-file', '--batch-check'], { cwd: repository.path, env: repository.env });
  const answers: string[] = [];
  reader.stdout.setEncoding('utf8').on('data', (text: string) => answers.push(text));
  const children = [start(scene, repository.path, WRITER), start(scene, linked.path, WRITER)];
  const committed = (): readonly string[] =>
    existsSync(join(repository.root, 'committed'))
      ? readFileSync(join(repository.root, 'committed'), 'utf8').split('\n').filter(Boolean)
      : [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = committed().length;
    const holding = ground.commitHolding(`round ${round}`);
    ground.input(['pack-objects', '-q', '--revs', join(ground.objects, 'pack/pack')], `${holding}\n`);
    ground.git('prune-packed', '-q');
    reader.stdin.write(`${ground.git('rev-parse', 'HEAD~1')}\n`);
    await scene.erase();
    expect(ground.succeeds('cat-file', '-e', ground.blob)).toBe(false);
    expect(committed().length).toBeGreaterThan(before);
  }
  writeFileSync(join(repository.root, 'stop'), '');
  for (const child of children) if (child.exitCode === null) await once(child, 'exit');
  const ids = committed();
  expect(ids.filter((line) => !/^[0-9a-f]{40}$/.test(line))).toEqual([]);
  for (const id of ids) reader.stdin.write(`${id}\n`);
  reader.stdin.end();
  await once(reader, 'close');
  expect(answers.join('')).not.toContain('missing');
  expect(answers.join('').split('\n').filter(Boolean)).toHaveLength(ids.length + ROUNDS);
  const fsck = ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress');
  expect(fsck).toBe('');
  for (const name of ground.git('stash', 'list', '--format=%gd').split('\n'))
    ground.git('stash', 'show', name);
  expect(scene.scan().findings).toEqual([]);
}, 120_000);
