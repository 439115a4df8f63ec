import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';
import type { RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { takeLogs, type TakenLogs } from './take-logs.ts';
import { takeTombstones, type TakenTombstones } from './take-tombstones.ts';

/** Where what arrives is laid over this clone. */
interface Laying {
  readonly workspace: Workspace;
  readonly incoming: Incoming;
  readonly view: AuthorityView;
  readonly refs: ReadonlyMap<string, string | null>;
}

/**
 * Takes over tombstones, and logs, from which what they hide is taken out. Which tombstones are late only logs tell, and
 * only verified ones: where those that arrived may tell it, both are taken once more, with what the logs say.
 */
export async function takeRemovals(
  { workspace: here, incoming, view, refs }: Laying,
  offered: Pick<RemoteKeeps, 'tombstones' | 'logs'>,
): Promise<{ readonly tombstones: TakenTombstones; readonly logs: TakenLogs }> {
  const lay = (more: readonly TakenRefs[]): Workspace =>
    withIncoming(here, incoming, new Map([...refs, ...more.flatMap((one) => [...one])]));
  const takeBoth = async (known: TakenRefs) => {
    const tombstones = await takeTombstones({ here, laid: lay([known]) }, view, offered.tombstones);
    const ground = { view, tombstones: tombstones.set };
    return { tombstones, logs: await takeLogs(lay([tombstones.refs]), ground, offered.logs) };
  };
  const first = await takeBoth(new Map());
  if (!first.tombstones.isOpen || first.logs.refs.size === 0) return first;
  const { tombstones, logs } = await takeBoth(first.logs.refs);
  // A log from which something was taken out or given back stands there already the second time.
  const { lines, lamport } = first.logs;
  return {
    tombstones,
    logs: { ...logs, lines: Math.max(lines, logs.lines), lamport: Math.max(lamport, logs.lamport) },
  };
}

type TakenRefs = ReadonlyMap<string, ObjectId>;
