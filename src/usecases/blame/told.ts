import type { LineOrigin } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CommitFile, FollowedLine } from './places.ts';
import type { StandIns } from './through/stand-ins.ts';
import type { Group } from './witnesses.ts';

/** A followed line where git says that it came in. */
export interface PlacedLine extends CommitFile {
  readonly line: FollowedLine;
  readonly at: number;
}

/** What witnesses told of lines; of those that are in neither they told nothing. */
export interface Told {
  readonly told: readonly PlacedLine[];
  /**
   * Lines that a witness of another commit than their own answered for: it has them from a commit that grew from
   * theirs, or took them over. What the witnesses of their own say is still to be asked.
   */
  readonly aside: readonly PlacedLine[];
}

export interface Judged {
  /** Where the lines came in without witnesses. */
  readonly asked: readonly PlacedLine[];
  /** Where they came in beside them. */
  readonly traced: readonly PlacedLine[];
  readonly groups: readonly Group[];
  readonly standIns: StandIns;
  /** For each commit that a thread began from, those of the groups' that it grew from. */
  readonly grown: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;
}

/** Tells which lines are from states, as far as one question could say. */
export function judge({ asked, traced, groups, standIns, grown }: Judged): Told {
  const metAt = new Map(asked.map((placedLine) => [placedLine.line.line, placedLine]));
  const committedAt = new Map(groups.map(({ commit, at }) => [commit, at / 1000]));
  const exact = new Set(groups.filter((group) => group.exact).map(({ commit }) => commit));
  const goesBack = (commit: ObjectId, met: ObjectId): boolean => {
    const end = standIns.beyond(commit);
    return end?.kind === 'base' && grown.get(end.commit)?.has(met) === true;
  };
  const isFrom = (commit: ObjectId, met: ObjectId): boolean => {
    if (standIns.beyond(commit) !== undefined) return true;
    const carrier = standIns.carrierOf(commit);
    if (carrier === undefined) return false;
    // What was committed before the state before was captured, and was not in that one, is not from here.
    return (committedAt.get(met) ?? Infinity) >= (standIns.beganAt(carrier) ?? 0);
  };
  const told: PlacedLine[] = [];
  const aside: PlacedLine[] = [];
  for (const { line, ...place } of traced) {
    const met = metAt.get(line.line);
    if (met === undefined) continue;
    if (goesBack(place.commit, met.commit)) aside.push(met);
    else if (isFrom(place.commit, met.commit))
      told.push({ ...place, line: throughCommit(line, met.commit, exact.has(met.commit)) });
    else if (standIns.carrierOf(place.commit) !== undefined) aside.push(met);
  }
  return { told, aside };
}

function throughCommit(line: FollowedLine, commit: ObjectId, isExact: boolean): FollowedLine {
  return { ...line, through: [...line.through, commit], exact: line.exact && isExact };
}

/** Lines by the file of the commit that they came in with. */
export function byPlace(lines: readonly PlacedLine[]): readonly (readonly PlacedLine[])[] {
  const places = new Map<string, PlacedLine[]>();
  for (const placedLine of lines) {
    const key = `${placedLine.commit} ${rawKey(placedLine.path)}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [placedLine]);
    else known.push(placedLine);
  }
  return [...places.values()];
}

/** A line, asked for where it came in. */
export function inPlace(placedLine: PlacedLine): PlacedLine {
  return { ...placedLine, line: { ...placedLine.line, at: placedLine.at } };
}

/** The lines that were asked for, where git's answer has them. */
export function placed(
  origins: readonly LineOrigin[],
  lines: readonly FollowedLine[],
): readonly PlacedLine[] {
  const byNumber = new Map<number, FollowedLine[]>();
  for (const line of lines) {
    const known = byNumber.get(line.at);
    if (known === undefined) byNumber.set(line.at, [line]);
    else known.push(line);
  }
  const found: PlacedLine[] = [];
  for (const { commit, path, origin, line: first, count } of origins) {
    for (let offset = 0; offset < count; offset += 1) {
      for (const line of byNumber.get(first + offset) ?? NONE)
        found.push({ line, commit, path, at: origin + offset });
    }
  }
  return found;
}

const NONE: readonly FollowedLine[] = [];
