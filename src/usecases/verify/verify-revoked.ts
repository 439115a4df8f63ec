import type { StateId } from '#domain/id.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { threadHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';

type Revocation = Extract<
  AuthorityHistory['records'][number],
  { readonly kind: 'revoke' } | { readonly kind: 'key'; readonly action: 'revoke' }
>;

/** A state under a chain that was revoked later than the record it says it was decided under. */
interface Suspect {
  readonly state: StateId;
  readonly revocation: Revocation;
}

/**
 * Holds states of revoked chains against what the author of the revocation had seen. Whoever lost a token still has
 * its key and can date back: under an older head, at an earlier time. What they made before stays good where it is
 * among the ancestors of a head that the revocation names, or was captured by a line up to one that it names.
 */
export class RevokedStates {
  readonly #history: AuthorityHistory;
  readonly #suspects: Suspect[] = [];

  constructor(history: AuthorityHistory) {
    this.#history = history;
  }

  /** Remembers a state for {@link report}, where a record after its own head revokes its chain. */
  note(state: { readonly id: StateId; readonly policy: string }, chain: TokenChain | null): void {
    if (chain === null) return;
    const { records } = this.#history;
    const head = records.findIndex(({ id }) => id === state.policy);
    // Under a head that knows of the revocation the decision itself refuses.
    for (const record of records.slice(head + 1)) {
      const revocation = revocationIn(record);
      if (revocation !== undefined && hits(revocation, chain)) {
        this.#suspects.push({ state: state.id, revocation });
      }
    }
  }

  /** Reports each remembered state that the author of its revocation had not seen. */
  async report(workspace: Workspace, report: VerifyReport): Promise<void> {
    if (this.#suspects.length === 0) return;
    const parents = await readParents(workspace);
    for (const revocation of new Set(this.#suspects.map((suspect) => suspect.revocation))) {
      const seen = new Set([
        ...ancestorsOf(revocation.seen, parents),
        ...(await capturedUpTo(workspace, revocation.seen)),
      ]);
      for (const { state, revocation: by } of this.#suspects) {
        if (by !== revocation || seen.has(state)) continue;
        report.find('state', state, `its chain was revoked by ${revocation.id}, which had not seen it`);
      }
    }
  }
}

function revocationIn(record: AuthorityHistory['records'][number]): Revocation | undefined {
  if (record.kind === 'revoke') return record;
  return record.kind === 'key' && record.action === 'revoke' ? record : undefined;
}

function hits(revocation: Revocation, chain: TokenChain): boolean {
  if (revocation.kind === 'key') return chain.root === revocation.root;
  const { session, block } = revocation;
  return session === chain.authority.session || (block !== null && chain.revocationIds.includes(block));
}

/** Every state of every thread, with its parents. */
async function readParents(workspace: Workspace): Promise<ReadonlyMap<string, readonly StateId[]>> {
  const parents = new Map<string, readonly StateId[]>();
  for await (const { id, state } of walkSoundStates(workspace, [
    ...(await threadHeads(workspace)).values(),
  ])) {
    parents.set(id, state.parents);
  }
  return parents;
}

function ancestorsOf(
  heads: readonly string[],
  parents: ReadonlyMap<string, readonly StateId[]>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [...heads];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue;
    const above = parents.get(id);
    if (above === undefined) continue;
    found.add(id);
    pending.push(...above);
  }
  return found;
}

/** States that were captured by lines up to one of these: what was undone since is in no thread any more. */
async function capturedUpTo(workspace: Workspace, lines: readonly string[]): Promise<readonly StateId[]> {
  const wanted = new Set(lines);
  const reached = new Set<string>();
  const states: StateId[] = [];
  for await (const { id, line } of workspace.log.newest()) {
    if (wanted.has(id)) reached.add(line.replica);
    if (!reached.has(line.replica) || line.verdict.verdict === 'deny') continue;
    if (line.op === 'capture') states.push(...line.states);
  }
  return states;
}
