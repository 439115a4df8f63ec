import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { makesStates, type LoggedOperation } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit, type FollowCommit } from '#usecases/states/replaced/commit-map.ts';

/**
 * The commits that landings on a branch made, by the state that each was made of; of this clone's log. It is read from
 * its end, as far back as to the line that made the state: what was made later is landed later. So a landing costs what
 * happened since the last one, unless states came from elsewhere.
 */
export class LandedCommits {
  readonly #operations: AsyncIterator<LoggedOperation>;
  readonly #ref: string;
  readonly #follow: FollowCommit;
  readonly #landed = new Map<string, ObjectId[]>();
  readonly #made = new Set<string>();
  #isRead = false;

  private constructor(
    ref: string,
    {
      operations,
      follow,
    }: {
      readonly operations: AsyncIterator<LoggedOperation>;
      readonly follow: FollowCommit;
    },
  ) {
    this.#ref = ref;
    this.#operations = operations;
    this.#follow = follow;
  }

  static async open(workspace: Workspace, ref: string): Promise<LandedCommits> {
    const operations = workspace.log.newest()[Symbol.asyncIterator]();
    return new LandedCommits(ref, { operations, follow: await loadFollowCommit(workspace) });
  }

  /** Newest landing first. */
  async of(state: string): Promise<readonly ObjectId[]> {
    while (!this.#isRead && !this.#made.has(state)) await this.#readNext();
    return this.#landed.get(state) ?? [];
  }

  async #readNext(): Promise<void> {
    const next = await this.#operations.next();
    this.#isRead = next.done === true;
    if (next.done === true) return;
    const { line, texts } = next.value;
    if (line.verdict.verdict === 'deny') return;
    if (makesStates(line.op)) for (const state of line.states) this.#made.add(state);
    if (line.op !== 'land' || texts === 'redacted') return;
    const commit = texts.refs.find(({ name }) => name === this.#ref)?.new ?? null;
    const [state] = line.states;
    if (commit === null || state === undefined) return;
    this.#add(state, commit);
    for (const [each, made] of commitsOf(texts.result)) this.#add(each, made);
  }

  #add(state: string, commit: ObjectId): void {
    const known = this.#landed.get(state) ?? [];
    this.#landed.set(state, [...known, this.#follow(commit)]);
  }
}

/** A landing without squashing made a commit of each state. */
function commitsOf(result: Json): readonly (readonly [string, ObjectId])[] {
  const commits = jsonField(result, 'commits');
  if (!Array.isArray(commits)) return [];
  return commits.flatMap((item: Json) => {
    const [state, commit] = [jsonField(item, 'state'), jsonField(item, 'commit')];
    return typeof state === 'string' && typeof commit === 'string' && COMMIT.test(commit)
      ? [[state, commit] as const]
      : [];
  });
}

const COMMIT = /^[0-9a-f]{40}$/;
