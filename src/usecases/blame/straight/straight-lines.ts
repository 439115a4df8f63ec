import type { LineTracer } from '#ports/line-origins.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EndedLine } from '#usecases/blame/memory/line-memory.ts';
import { rangesOf, type FollowedLine } from '#usecases/blame/places.ts';
import { findCopied, type Arrival } from './copies.ts';
import type { LineGroup } from './line-sheet.ts';
import { highestScore, MOVE_SCORE } from './scores.ts';
import type { Version } from './straight-history.ts';
import { goBack } from './way-back.ts';

export interface StraightGround {
  readonly workspace: Pick<Workspace, 'comparer' | 'objects'>;
  readonly tracer: Pick<LineTracer, 'edits'>;
  /** Hears of each version as soon as lines are known to have come in there. */
  readonly seen: (version: Version) => void;
}

export interface StraightQuestion {
  /** Oldest first. */
  readonly versions: readonly Version[];
  readonly path: Uint8Array;
  /** Of the last version. */
  readonly lines: readonly FollowedLine[];
}

/** Lines of which it is known where they came in, and such as may have been moved or copied there. */
export interface Straight {
  readonly ended: readonly EndedLine[];
  readonly open: readonly FollowedLine[];
}

/**
 * Follows lines as `git blame -M -C` does, by the diffs alone. What the version before has at the same place is from
 * there; for the rest git looks elsewhere, for each group of neighbours by itself: so only groups are open of which
 * there were such lines. Undefined where git has to be asked about all.
 */
export async function followStraight(
  { workspace, tracer, seen }: StraightGround,
  question: StraightQuestion,
): Promise<Straight | undefined> {
  const { versions, path, lines } = question;
  const ranges = rangesOf(lines.map(({ at }) => at));
  const back = await goBack(tracer, { versions, path, ranges }, seen);
  if (back === undefined) return undefined;
  const groups = ranges.flatMap((range) => back.sheet.groups(range));
  const moved = new Set(groups.filter(isMoved));
  const rest = groups.filter((group) => !moved.has(group));
  const copied = await findCopied(workspace, path, arrivalsOf(rest, versions, back.made));
  return copied && divide(groups, new Set([...moved, ...copied]), question);
}

function isMoved({ lines }: LineGroup): boolean {
  return highestScore(lines, ({ wasThere }) => wasThere) > MOVE_SCORE;
}

/** What the first version has is not from anywhere. */
function arrivalsOf(
  groups: readonly LineGroup[],
  versions: readonly Version[],
  made: number | null,
): readonly Arrival[] {
  const byVersion = new Map<number, LineGroup[]>();
  for (const group of groups) {
    const known = byVersion.get(group.version);
    if (known === undefined) byVersion.set(group.version, [group]);
    else known.push(group);
  }
  return Array.from(byVersion).flatMap(([version, some]) => {
    const { before = null, after = '' } = versions[version]?.step ?? {};
    return before === null ? [] : [{ step: { before, after }, isMade: version === made, groups: some }];
  });
}

function divide(
  groups: readonly LineGroup[],
  isOpen: ReadonlySet<LineGroup>,
  { versions, path, lines }: StraightQuestion,
): Straight {
  const places = new Map<number, { readonly group: LineGroup; readonly number: number }>();
  for (const group of groups) {
    for (const [index, { number }] of group.lines.entries())
      places.set(group.line + index, { group, number });
  }
  const ended: EndedLine[] = [];
  const open: FollowedLine[] = [];
  for (const line of lines) {
    const place = places.get(line.at);
    const version = place && versions[place.group.version];
    if (place === undefined || version === undefined || isOpen.has(place.group)) open.push(line);
    else ended.push({ line, path, at: place.number, carrier: version.carrier, base: version.base });
  }
  return { ended, open };
}
