import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { story } from '../support/cli/run-heddle.ts';
import { Stage } from '../support/cli/stage.ts';

const SLOW = 240_000;
const SUBMODULE = 'vendor/sub';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().begin();
});
afterEach(() => stage.dispose());

/** Every file and link by raw name, with kind, mode and hash of its bytes; Git's own left out. */
function fingerprint(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (directory: Buffer, prefix: string): void => {
    for (const entry of readdirSync(directory, { encoding: 'buffer', withFileTypes: true })) {
      const name = Buffer.from(entry.name).toString('latin1');
      if (name === '.git') continue;
      const path = Buffer.concat([directory, Buffer.from('/'), Buffer.from(entry.name)]);
      const stat = lstatSync(path);
      // A submodule's own files are its own repository's: its commit is captured, its directory is made.
      if (prefix + name === SUBMODULE) continue;
      if (stat.isDirectory()) walk(path, `${prefix}${name}/`);
      else {
        const bytes = stat.isSymbolicLink() ? readlinkSync(path, 'buffer') : readFileSync(path);
        const hash = createHash('sha256').update(bytes).digest('hex');
        found.set(`${prefix}${name}`, `${stat.mode.toString(8)} ${hash}`);
      }
    }
  };
  walk(Buffer.from(root), '');
  return found;
}

/** Captures, materialises, compares, and captures again on both sides. */
async function roundTrip(): Promise<{ readonly files: number; readonly unfaithful: readonly string[] }> {
  await stage.owner.ok(['start', 'all']);
  const captured = await stage.owner.answer('capture', ['-m', 'All of it']);
  expect(captured.created).toBe(true);
  const again = await stage.owner.answer('capture');
  expect(again).toMatchObject({ created: false, state: captured.state, operation: null });
  const told = await stage.owner.ok(['capture']);
  expect(told.stdout, story(told)).toMatch(/nothing changed/i);
  const directory = stage.beside('materialised');
  await stage.owner.ok(['start', 'copy', '--from', captured.state, '--worktree', directory]);
  const before = fingerprint(stage.path);
  const after = fingerprint(directory);
  const unfaithful = captured.unfaithful.map(({ path }) => path);
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  expect(differing.filter((path) => !unfaithful.includes(path))).toEqual([]);
  const there = await stage.owner.answer('capture', [], { cwd: directory });
  expect(there).toMatchObject({ created: false, state: captured.state });
  expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  return { files: before.size, unfaithful };
}

describe('capturing and materialising again', () => {
  it('gives back 10,000 files', { timeout: SLOW }, async () => {
    stage.repository.makeLarge(10_000);
    const { files } = await roundTrip();
    expect(files).toBeGreaterThanOrEqual(10_000);
  });

  it('gives back the tree at the end of a deep history', { timeout: SLOW }, async () => {
    stage.repository.deepHistory(3000);
    stage.git('checkout', '-q', 'deep');
    stage.write('changed', 'since\n');
    await roundTrip();
    const carriers = stage.git('rev-list', '--count', 'refs/heddle/threads/all', '--not', 'deep');
    expect(carriers).toBe('1');
  });

  it('gives back odd names, links, modes, CRLF and a submodule', { timeout: SLOW }, async () => {
    const names = stage.repository.oddNames();
    stage.repository.submodule(SUBMODULE);
    stage.repository.commit('odd');
    stage.write('.gitattributes', '*.eol text eol=crlf\n*.txt -text\n');
    stage.write('windows.eol', 'one\r\ntwo\r\n');
    stage.write('mixed.eol', 'one\r\ntwo\n');
    const commit = stage.repository.gitIn(`${stage.path}/${SUBMODULE}`, 'rev-parse', 'HEAD');
    const { files, unfaithful } = await roundTrip();
    expect(stage.git('ls-tree', '-r', 'refs/heddle/threads/all:files', 'vendor/')).toContain(
      `160000 commit ${commit}`,
    );
    expect(lstatSync(stage.beside('materialised', 'vendor', 'sub')).isDirectory()).toBe(true);
    expect(files).toBeGreaterThan(names.length);
    expect(unfaithful).toEqual(['mixed.eol']);
  });
});
