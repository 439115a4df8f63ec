import type { StateId } from '#domain/id.ts';

/** What a rule of `verify RANGE` says, for reports that other programs read. Ids stay as they are once released. */
interface RuleWords {
  /** One sentence. */
  readonly summary: string;
  /** What helps, one sentence. */
  readonly help: string;
}

/** The rules that commits of a range are held against, by their ids. */
export const RANGE_RULES = {
  'authority-invalid': {
    summary: 'The authority chain, or a record beside it, does not hold.',
    help: 'Compare with a clone in which `heddle verify --all` finds nothing.',
  },
  'line-unattributed': {
    summary: 'Lines came in that no state has.',
    help: 'Save the work with `heddle capture` before it is committed.',
  },
  'change-unattributed': {
    summary: 'A file came, went or changed its kind, and no state did that.',
    help: 'Save the work with `heddle capture` before it is committed.',
  },
  'state-unproven': {
    summary: 'Work is attributed to a state whose signature does not verify.',
    help: 'Capture the work again with a credential of this repository.',
  },
  'state-refused': {
    summary: 'Work is attributed to a state that its author was not allowed to make, or that does not hold.',
    help: 'Have it captured again by somebody who may; `heddle can state:capture` tells who that is.',
  },
  'trailer-state': {
    summary:
      'A Heddle-State trailer names a state that is unknown, or whose work is not what the commit brings.',
    help: 'Land the thread with `heddle land`, which writes the trailers, and leave its commits as they are.',
  },
  'trailer-thread': {
    summary: 'A Heddle-Thread trailer names another thread than that of the state.',
    help: 'Land the thread with `heddle land`, which writes the trailers, and leave its commits as they are.',
  },
  'trailer-agent': {
    summary: 'An Assisted-by trailer names an agent that none of the landed states is by.',
    help: 'Land the thread with `heddle land`, which writes the trailers, and leave its commits as they are.',
  },
  'trailer-style': {
    summary: 'A landed commit names agents in a way that a policy does not allow.',
    help: 'See which it allows with `heddle policy show`.',
  },
  'branch-not-landed': {
    summary: 'A branch that moves by landings alone was moved by something else, or by nobody who says so.',
    help: 'Land with `heddle land`, and publish that it was done with `heddle push`.',
  },
  'content-removed': {
    summary: 'A file holds, or is called, what a tombstone removed.',
    help: 'Take the content out of the commit, and see `heddle tombstone list` for who removed it and why.',
  },
  'secret-found': {
    summary: 'Something that looks like a secret came in.',
    help: 'Make it invalid where it counts, take it out of the commits, and see `heddle incident walk`; an exception of one clone does not count here.',
  },
  'secret-unsearched': {
    summary: 'Only the beginning of a large file was searched for secrets.',
    help: 'Look at the rest of it by other means.',
  },
  'not-examined': {
    summary: 'A change could not be looked at, and counts as unattributed.',
    help: 'Give the file a name of plain text, or ask where the message says what is missing.',
  },
} as const satisfies Readonly<Record<string, RuleWords>>;

export type RangeRule = keyof typeof RANGE_RULES;
export const RANGE_RULE_IDS: readonly RangeRule[] = (Object.keys(RANGE_RULES) as RangeRule[]).toSorted();

/** An error fails the verification; a warning is told. */
export type FindingLevel = 'error' | 'warning';

/** Something that a range does not keep. */
export type RangeFinding = {
  readonly rule: RangeRule;
  readonly level: FindingLevel;
  /** Null where it is about no one commit. */
  readonly commit: string | null;
  /** From the root of the work tree, escaped; null where it is about no one file. */
  readonly path: string | null;
  /** First and last line in the commit's version of the file, from 1; null where no lines are meant. */
  readonly line: number | null;
  readonly lastLine: number | null;
  readonly state: StateId | null;
  /** One clause. */
  readonly message: string;
  /** What helps, one sentence. */
  readonly fix: string;
};
