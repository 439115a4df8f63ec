import type { SeenInHistory } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { eachLine } from '#git/erase/store/each-line.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/** Ids in one command line. */
const CHUNK = 200;

interface Wanted {
  readonly id: ObjectId;
  readonly kind: string;
}

/** Refs whose carriers of states are told by the states themselves. */
const OF_STATES = ['refs/heddle/threads/*', 'refs/heddle/dropped/*', 'refs/heddle/remotes/*'];
const STASH = 'refs/stash';
/** Git's exit code where there is no such ref. */
const NO_REVISION = 128;

/** Each a walk of its own, so that a commit is named by a ref of its own kind; what only a reflog reaches has no ref. */
const WALKS: readonly (readonly string[])[] = [
  ['--exclude=refs/heddle/*', '--exclude=refs/notes/*', '--all'],
  ['--glob=refs/notes/*'],
  [...OF_STATES.map((glob) => `--exclude=${glob}`), '--glob=refs/heddle/*'],
  ['--reflog', '--not', '--exclude=refs/heddle/*', '--all'],
];

/** The commits that brought each blob in, with the path, and a ref for each commit and tag that is wanted itself. */
export async function findInHistory(
  runner: GitRunner,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<ObjectId, readonly SeenInHistory[]>> {
  const seen = new Map<ObjectId, SeenInHistory[]>();
  const add = (id: ObjectId, one: SeenInHistory): void => {
    seen.set(id, [...(seen.get(id) ?? []), one]);
  };
  const ids = (kind: string): readonly ObjectId[] =>
    wanted.filter((one) => one.kind === kind).map(({ id }) => id);
  await seeBlobs(runner, ids('blob'), add);
  await seeCommits(runner, new Set(ids('commit')), add);
  await seeTags(runner, new Set(ids('tag')), add);
  return nameStashes(runner, seen);
}

/** Of stashes only the newest is a ref, the others are its reflog; all are called as `git stash` calls them. */
async function nameStashes(
  runner: GitRunner,
  seen: ReadonlyMap<ObjectId, readonly SeenInHistory[]>,
): Promise<ReadonlyMap<ObjectId, readonly SeenInHistory[]>> {
  if (seen.size === 0) return seen;
  const { code, stdout } = await runner.run({
    args: ['log', '-g', '--format=%H %P', STASH, '--'],
    accept: [NO_REVISION],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  if (code !== 0) return seen;
  const stashes = new Map<string, string>();
  for (const [index, line] of stdout.toString('latin1').split('\n').entries()) {
    const [commit = '', _base, ...parts] = line.split(' ');
    for (const id of [commit, ...parts]) stashes.set(id, `stash@{${index}}`);
  }
  const named = (one: SeenInHistory): SeenInHistory => ({ ...one, ref: stashes.get(one.commit) ?? one.ref });
  return new Map([...seen].map(([id, all]) => [id, all.map(named)]));
}

type Add = (id: ObjectId, one: SeenInHistory) => void;

async function seeBlobs(runner: GitRunner, blobs: readonly ObjectId[], add: Add): Promise<void> {
  const wanted = new Set(blobs);
  for (let from = 0; from < blobs.length; from += CHUNK) {
    const objects = blobs.slice(from, from + CHUNK).map((id) => `--find-object=${id}`);
    for (const walk of WALKS) {
      // NUL, commit, NUL, ref, NUL; then for each file ":modes old new status" NUL path NUL.
      const { stdout } = await runner.run({
        args: [
          'log',
          '-m',
          '-z',
          '--raw',
          '--no-abbrev',
          '--no-renames',
          '--source',
          FORMAT,
          ...objects,
          ...walk,
        ],
        maxOutputBytes: LARGE_OUTPUT_BYTES,
        deadlineMs: LONG_DEADLINE_MS,
      });
      for (const { id, ...one } of readLog(stdout)) if (wanted.has(id)) add(id, one);
    }
  }
}

const COMMIT = 'commit ';
const FORMAT = `--format=${COMMIT}%H %S%x00`;

function* readLog(output: Buffer): Generator<SeenInHistory & { readonly id: ObjectId }> {
  let at = { commit: '', ref: '' };
  let change: readonly string[] = [];
  for (const field of fieldsOf(output)) {
    const text = field.toString('latin1').replace(/^\n/, '');
    if (text.startsWith(COMMIT)) {
      const [commit = '', ...ref] = text.slice(COMMIT.length).split(' ');
      at = { commit, ref: ref.join(' ') };
    } else if (text.startsWith(':')) {
      change = text.split(' ');
    } else if (change.length > 0) {
      const id = change[3] ?? '';
      yield { ...at, id, path: Buffer.from(field) };
      change = [];
    }
  }
}

function* fieldsOf(output: Buffer): Generator<Buffer> {
  for (let start = 0; start < output.length;) {
    const nul = output.indexOf(0, start);
    const end = nul === -1 ? output.length : nul;
    if (end > start) yield output.subarray(start, end);
    start = end + 1;
  }
}

async function seeCommits(runner: GitRunner, wanted: ReadonlySet<ObjectId>, add: Add): Promise<void> {
  if (wanted.size === 0) return;
  for (const walk of WALKS) {
    await eachLine(runner, { args: ['log', '--source', '--format=%H %S', ...walk] }, (line) => {
      const [id = ''] = line.split(' ', 1);
      const ref = Buffer.from(line.slice(id.length + 1), 'latin1').toString('utf8');
      if (wanted.has(id)) add(id, { commit: id, ref, path: Buffer.alloc(0) });
    });
  }
}

async function seeTags(runner: GitRunner, wanted: ReadonlySet<ObjectId>, add: Add): Promise<void> {
  if (wanted.size === 0) return;
  const { stdout } = await runner.run({
    args: ['for-each-ref', '--format=%(objectname) %(refname)'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  for (const line of stdout.toString('utf8').split('\n')) {
    const [id = '', ...ref] = line.split(' ');
    if (wanted.has(id)) add(id, { commit: id, ref: ref.join(' '), path: Buffer.alloc(0) });
  }
}
