import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LineFollower } from '#usecases/blame/follow-lines.ts';
import type { FoundLine } from '#usecases/blame/places.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { isNoCarrier, readState, type CarriedState } from '#usecases/states/read-state.ts';
import { checkTrailers, type TrailerGround } from './check-trailers.ts';
import type { ReadCommit } from './commit-changes.ts';
import type { KnownChanges } from './known-changes.ts';
import { LostLines } from './lost-lines.ts';
import type { StateChecks } from './state-checks.ts';
import type { TraceAhead } from './trace-ahead.ts';

export interface CheckGround extends TrailerGround {
  readonly tracer: LineTracer;
  readonly follower: LineFollower;
  readonly known: KnownChanges;
  readonly states: StateChecks;
}

/** What was looked at so far. */
export interface Looked {
  files: number;
  lines: number;
  attributed: number;
  inferred: number;
}

const REGULAR = /^100/;
/** What one change keeps from being looked at does not keep the others. */
const PASSED_OVER: readonly string[] = [
  'FORMAT_INVALID',
  'FORMAT_UNKNOWN',
  'GIT_UNSUPPORTED',
  'OBJECT_CORRUPT',
];

/** Holds commits against the states that their work came from. */
export class CommitCheck {
  readonly #workspace: Workspace;
  readonly #ground: CheckGround;
  readonly looked: Looked = { files: 0, lines: 0, attributed: 0, inferred: 0 };

  constructor(workspace: Workspace, ground: CheckGround) {
    this.#workspace = workspace;
    this.#ground = ground;
  }

  /** What is wrong becomes findings. */
  async check(read: ReadCommit, traces: TraceAhead): Promise<void> {
    const named = await checkTrailers(this.#workspace, read, this.#ground);
    if (named !== undefined) {
      await this.#ground.states.see(named, []);
      this.#ground.findings.attribute(named, { commit: read.commit, lines: [] });
    }
    for (const change of read.changes) {
      this.looked.files += 1;
      try {
        await this.#checkRemoved(read.commit, change);
        await this.#checkChange(read, change, { named, found: await traces.of(change) });
      } catch (error) {
        if (!(error instanceof HeddleError) || !PASSED_OVER.includes(error.code)) throw error;
        this.#ground.findings.find('not-examined', error.message, { commit: read.commit, path: change.path });
      }
    }
  }

  async #checkChange(
    read: ReadCommit,
    change: TreeChange,
    { named, found }: { readonly named: CarriedState | undefined; readonly found: readonly FoundLine[] },
  ): Promise<void> {
    const { newMode, oldMode, path } = change;
    if (found.length === 0) return this.#checkWhole(read, change);
    this.looked.lines += found.length;
    await this.#checkLines(read.commit, path, { found, named });
    await this.#checkLost(read, change, found);
    const isPlain = newMode === (oldMode ?? '100644');
    if (!isPlain) await this.#checkMode(read.commit, change);
  }

  /** Contents and names that this clone refuses. */
  async #checkRemoved(commit: ObjectId, change: TreeChange): Promise<void> {
    try {
      await refuseShunned(this.#workspace, [change]);
    } catch (error) {
      if (!(error instanceof HeddleError) || error.code !== 'CONTENT_SHUNNED') throw error;
      this.#ground.findings.find('content-removed', error.message, { commit, path: change.path });
    }
  }

  async #checkLines(
    commit: ObjectId,
    path: Uint8Array,
    { found, named }: { readonly found: readonly FoundLine[]; readonly named: CarriedState | undefined },
  ): Promise<void> {
    const { findings, follower, states } = this.#ground;
    const whose = new Map<ObjectId, FoundLine[]>();
    const nobodys: number[] = [];
    for (const line of found) {
      if (line.carrier === null) nobodys.push(line.line);
      else whose.set(line.carrier, [...(whose.get(line.carrier) ?? []), line]);
    }
    findings.findLines('line-unattributed', 'no state has what this commit brings here', {
      commit,
      path,
      lines: nobodys,
    });
    const carriers = [...whose.keys()];
    for (const state of await follower.readStates(carriers)) {
      const lines = whose.get(state.carrier) ?? [];
      this.looked.attributed += lines.length;
      this.looked.inferred += lines.filter(({ exact }) => !exact).length;
      // What came from another path, and what is held against it here.
      await states.see(state, [path, ...lines.map((line) => line.path)]);
      findings.attribute(state, { commit, path, lines: lines.map(({ line }) => line) });
    }
    if (named === undefined) return;
    await states.see(named, [path]);
    if (await this.#hasFile(named, commit, path)) return;
    const own = await this.#ancestryOf(named, carriers);
    const foreign = found.filter(({ carrier }) => carrier !== null && !own.has(carrier));
    const lines = [...nobodys, ...foreign.map(({ line }) => line)];
    const why = `it names ${shortId(named.id)}, which does not have what this commit brings here`;
    findings.findLines('trailer-state', why, { commit, path, state: named, lines });
  }

  /** Whether a state has the very file that a commit has. */
  async #hasFile(state: CarriedState, commit: ObjectId, path: Uint8Array): Promise<boolean> {
    const { files } = await carrierTrees(this.#workspace, state.carrier);
    return (await blobAt(this.#workspace, files, path)) === (await blobAt(this.#workspace, commit, path));
  }

  async #ancestryOf(
    { carrier }: CarriedState,
    carriers: readonly ObjectId[],
  ): Promise<ReadonlySet<ObjectId>> {
    return (await this.#ground.tracer.ancestors(carriers, [carrier])).get(carrier) ?? new Set();
  }

  /** A change that no line tells: it is somebody's whose state has the same there, or has lost the same lines. */
  async #checkWhole(read: ReadCommit, change: TreeChange): Promise<void> {
    const { known, findings } = this.#ground;
    const { commit } = read;
    if (await this.#attributeTo(await known.alike(change), commit, change)) return;
    if (onlyLost(change)) {
      // Merged with what others did: no state has the file as it became.
      const lost = await LostLines.of(this.#workspace, { ...read, path: change.path });
      const lack: ObjectId[] = [];
      for (const carrier of lost.none ? [] : (await known.at(change.path)).slice(0, MOST_ASKED)) {
        if (await lost.areMissingIn(carrier)) lack.push(carrier);
      }
      if (await this.#attributeTo(lack, commit, change)) return;
    }
    findings.find('change-unattributed', `no state ${WORDS[kindOf(change)]}`, { commit, path: change.path });
  }

  /** What went beside lines that came: a state that has these, or the very file, does without it, too. */
  async #checkLost(read: ReadCommit, change: TreeChange, found: readonly FoundLine[]): Promise<void> {
    if (change.oldId === null) return;
    const { commit } = read;
    const lost = await LostLines.of(this.#workspace, { ...read, path: change.path });
    if (lost.none) return;
    for (const carrier of new Set(found.flatMap((line) => line.carrier ?? []))) {
      if (await lost.areMissingIn(carrier)) return;
    }
    // Where nobody has the lines that came, that is told already.
    if (found.every(({ carrier }) => carrier === null)) return;
    if (await this.#attributeTo(await this.#ground.known.alike(change), commit, change)) return;
    this.#ground.findings.find('change-unattributed', `no state ${WORDS.lost}`, {
      commit,
      path: change.path,
    });
  }

  async #checkMode(commit: ObjectId, change: TreeChange): Promise<void> {
    const carriers = await this.#ground.known.ofMode(change);
    if (await this.#attributeTo(carriers, commit, change)) return;
    const why = `no state made it ${change.newMode === '100755' ? 'executable' : 'what it is'}`;
    this.#ground.findings.find('change-unattributed', why, { commit, path: change.path });
  }

  /** Attributes a change to the first of some states that has a signature; false where none has. */
  async #attributeTo(
    carriers: readonly ObjectId[],
    commit: ObjectId,
    { path }: TreeChange,
  ): Promise<boolean> {
    for (const carrier of carriers.slice(0, MOST_ASKED)) {
      const state = await this.#readState(carrier);
      if (state === undefined || !this.#ground.states.isProven(state)) continue;
      await this.#ground.states.see(state, [path]);
      this.#ground.findings.attribute(state, { commit, path, lines: [] });
      return true;
    }
    return false;
  }

  async #readState(carrier: ObjectId): Promise<CarriedState | undefined> {
    try {
      return await readState(this.#workspace, carrier);
    } catch (error) {
      if (isNoCarrier(error)) return undefined;
      throw error;
    }
  }
}

const MOST_ASKED = 16;

type ChangeKind = 'gone' | 'come' | 'other' | 'lost';

const WORDS: Readonly<Record<ChangeKind, string>> = {
  gone: 'took this file away',
  come: 'brought this file',
  other: 'made this file what it is',
  lost: 'took out of this file what this commit does',
};

function kindOf(change: TreeChange): ChangeKind {
  if (change.newId === null) return 'gone';
  if (change.oldId === null) return 'come';
  return onlyLost(change) ? 'lost' : 'other';
}

/** Lines went, and nothing else. */
function onlyLost({ oldMode, newMode }: TreeChange): boolean {
  return newMode !== null && oldMode === newMode && REGULAR.test(newMode);
}
