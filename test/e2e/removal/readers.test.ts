import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { normalise } from '../../support/cli/normalise.ts';
import { story, type Run } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage } from '../../support/cli/stage.ts';

const SECRET = 'mail-key-6f1d0c2b7e';
const CONTENT = `KEY=${SECRET}\n`;
const WHY = ['--reason', 'a mail key was captured'];
/** Where Git's own history holds the content, raw. */
const PLACES = ['.env', 'a b/"q"', 'new\nline', ':(top)x', '*', 'dir/\xe9', '-p'];

let stage: Stage;
let carriers: readonly string[];
let states: readonly string[];
let base: string;
let tombstone: string;

beforeAll(async () => {
  stage = new Stage();
  for (const path of PLACES) stage.repository.write(Buffer.from(path, 'latin1'), CONTENT);
  stage.write('x', 'a file\n');
  stage.write('caf', 'not removed\n');
  base = stage.repository.commit('with a key');
  await stage.withDev();
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.write('x', 'a file that changed\n');
  await stage.dev.ok(['capture', '-m', 'second']);
  carriers = ['', '~1'].map((back) => stage.git('rev-parse', `${threadRef('task/login')}${back}`));
  states = (await stage.dev.answer('log')).states.map(({ state }) => state);
  ({ tombstone } = (await stage.owner.answer('redact', ['.env', ...WHY])) as { tombstone: string });
});
afterAll(() => stage.dispose());

function expectNothing(run: Run): void {
  expect(run.exit, story(run)).toBe(0);
  expect(story(run)).not.toContain(SECRET);
  // A list of a manifest would tell the salt that the content was hashed with.
  expect(story(run)).not.toContain('"salt"');
}

/** Every file of a work tree, one character a byte; names are raw. */
function contentsOf(directory: string): readonly string[] {
  const names = stage.repository.gitBytes(directory, ['ls-files', '-z']).toString('latin1').split('\0');
  return names
    .filter((name) => name !== '')
    .map((name) => readFileSync(Buffer.from(`${directory}/${name}`, 'latin1')).toString('latin1'));
}

function replacements(files: readonly string[]): number {
  return files.filter((content) => content.includes(tombstone)).length;
}

// The list of refused contents is keyed with a secret of whoever redacted: another home in the same clone has its own.
describe('a reader of what was redacted', () => {
  it('says what is redacted, by whom, when and why, in log, show and diff', async () => {
    const log = await stage.owner.answer('log');
    expect(schemaProblems(log)).toEqual([]);
    for (const { redacted } of log.states) {
      expect(redacted).toHaveLength(PLACES.length);
      expect(found(redacted[0])).toMatchObject({
        tombstone,
        reason: 'a mail key was captured',
        purged: false,
      });
    }
    const text = await stage.owner.ok(['show', found(states[0])]);
    expect(normalise(text.stdout, stage.root)).toMatchSnapshot();
  });

  it('never gets the bytes, from Git’s history or from an old carrier', async () => {
    const names = [base, `${base}~1`, ...carriers];
    for (const name of names) {
      expectNothing(await stage.owner.run(['diff', name]));
      expectNothing(await stage.owner.run(['diff', `${base}~1`, name]));
    }
    expectNothing(await stage.owner.run(['diff', '--stat', `${base}~1`, base]));
    for (const name of states) expectNothing(await stage.owner.run(['show', name]));
  });

  it('sees all that is left, and is told what was left out', async () => {
    const answer = await stage.owner.answer('diff', [`${base}~1`, base]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.redacted.map(({ path }) => path ?? '').toSorted()).toEqual(
      ['*', '-p', '.env', '%3A(top)x', 'a b/"q"', 'dir/%E9', 'new%0Aline'].toSorted(),
    );
    expect(answer.changed).toHaveLength(PLACES.length + 2);
    expect([...(answer.patch ?? '').matchAll(/^diff --git a\/(\S+)/gm)].map(([, path]) => path)).toEqual([
      'caf',
      'x',
    ]);
  });

  it('takes an old carrier for its state', async () => {
    const answer = await stage.owner.answer('diff', [found(carriers[1]), found(carriers[0])]);
    expect(answer).toMatchObject({ from: states[1], to: states[0], changed: [{ path: 'x' }] });
  });

  it('finds the replacement in a new worktree, from Git’s history and from an old carrier', async () => {
    for (const [index, from] of [base, ...carriers, ...states].entries()) {
      const directory = stage.beside(`linked-${index}`);
      await stage.owner.ok(['start', `task/t${index}`, '--from', from, '--worktree', directory]);
      const files = contentsOf(directory);
      expect(files.length, from).toBe(PLACES.length + 3);
      expect(files.join('')).not.toContain(SECRET);
      expect(replacements(files)).toBe(PLACES.length);
      expect(stage.repository.gitIn(directory, 'ls-files', '-s')).not.toContain(
        stage.git('rev-parse', `${base}:.env`),
      );
    }
    const sidecars = stage
      .logFiles()
      .map((path) => readFileSync(path.replace(/jsonl$/, 'texts.jsonl'), 'utf8'));
    expect(sidecars.join('')).toContain('linked-0');
    expect(sidecars.join('')).not.toContain(stage.git('rev-parse', `${found(carriers[0])}:files`));
  });
});
