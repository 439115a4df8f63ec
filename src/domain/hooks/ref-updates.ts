import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS, HEDDLE_REFS, REMOTE_REFS } from '#domain/refs.ts';

/**
 * One move of a ref, as git tells a hook of it; ids in hexadecimal, null where the ref does not exist. Of `old` git says
 * null, too, where whoever moves the ref did not say what it has to be.
 */
export interface RefUpdate {
  readonly ref: string;
  readonly old: string | null;
  readonly new: string | null;
  /** The ref is to name another ref, whatever that leads to. */
  readonly symbolic?: true;
}

/** What a transaction of refs asks of whoever does it. */
export interface ConcernedRefs {
  /** Refs of heddle's own: they move by a signed line of the log alone, and heddle's own git runs no hooks. */
  readonly heddle: readonly RefUpdate[];
  readonly branches: readonly RefUpdate[];
  /** Tags, stashes, notes, replacements, whatever else travels or holds work; branches that are to name another ref. */
  readonly others: readonly RefUpdate[];
  /** A commit that is checked out without a branch. */
  readonly detached: readonly RefUpdate[];
}

const LINE = /^(\S+) (\S+) (\S+)$/;
const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const NONE = /^0+$/;
const MOST_LINES = 200_000;
/** Copies of remotes, and what Git keeps for itself while it works. */
const PASSED = ['refs/remotes/', 'refs/bisect/', 'refs/rewritten/', 'refs/worktree/', 'refs/prefetch/'];

/** Reads what git hands to `reference-transaction`. Throws `HOOK_INPUT_INVALID`. */
export function parseRefUpdates(text: string): readonly RefUpdate[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length > MOST_LINES) throw invalid();
  return lines.flatMap((line) => {
    const [, old = '', next = '', ref = ''] = LINE.exec(line) ?? [];
    if (ref === '') throw invalid();
    if (old.startsWith('ref:') || next.startsWith('ref:')) {
      // What HEAD names moves no commit. A branch that names another ref moves with that, and nobody is asked again.
      return ref.startsWith('refs/') ? [{ ref, old: null, new: null, symbolic: true }] : [];
    }
    return [{ ref, old: parseId(old), new: parseId(next) }];
  });
}

function parseId(text: string): string | null {
  if (!ID.test(text)) throw invalid();
  return NONE.test(text) ? null : text;
}

function invalid(): HeddleError {
  return new HeddleError('HOOK_INPUT_INVALID', 'this is not what git hands to a hook', {
    preserved: 'no ref was moved',
  });
}

/**
 * Sorts moves by what they ask. What begins with `refs/` and is not known counts as holding work. Where a ref is now says
 * whether it moves at all: while git packs refs it tells of each of them.
 */
export function concernedRefs(
  updates: readonly RefUpdate[],
  current: ReadonlyMap<string, string>,
): ConcernedRefs {
  const moves = updates
    .map((update) => (update.ref === 'HEAD' ? update : { ...update, old: current.get(update.ref) ?? null }))
    .filter(({ old, new: next, symbolic }) => old !== next || symbolic === true);
  const below = (prefix: string): readonly RefUpdate[] => moves.filter(({ ref }) => ref.startsWith(prefix));
  const branches = below(BRANCH_REFS).filter(({ symbolic }) => symbolic !== true);
  const passed = (ref: string): boolean => PASSED.some((prefix) => ref.startsWith(prefix));
  return {
    heddle: below(HEDDLE_REFS).filter(({ ref }) => !ref.startsWith(REMOTE_REFS)),
    branches,
    others: below('refs/').filter(
      ({ ref, symbolic }) =>
        (symbolic === true || !ref.startsWith(BRANCH_REFS)) && !ref.startsWith(HEDDLE_REFS) && !passed(ref),
    ),
    detached: moves.filter(
      (move) =>
        move.ref === 'HEAD' &&
        // It moves with its branch.
        !branches.some((branch) => branch.new === move.new),
    ),
  };
}

/** One ref that is pushed; ids in hexadecimal, null where nothing is pushed, or nothing is there. */
export interface PushedRef {
  readonly local: string;
  readonly id: string | null;
  readonly remote: string;
  /** What the remote itself says that it has there. */
  readonly there: string | null;
}

/** Reads what git hands to `pre-push`. Throws `HOOK_INPUT_INVALID`. */
export function parsePushedRefs(text: string): readonly PushedRef[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length > MOST_LINES) throw invalid();
  return lines.map((line) => {
    // What is pushed may be any words; what it is called there is a ref.
    const [, local = '', id = '', remote = '', there = ''] =
      /^(.+) ([0-9a-f]+) (\S+) ([0-9a-f]+)$/.exec(line) ?? [];
    if (local === '') throw invalid();
    return { local, id: parseId(id), remote, there: parseId(there) };
  });
}
