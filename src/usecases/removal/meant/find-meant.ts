import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type Digest } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { KnownAuthority } from '#usecases/authority/load-authority.ts';
import {
  findTombstone,
  loadTombstones,
  type LoadedTombstones,
} from '#usecases/tombstones/load-tombstones.ts';
import { isLifted } from '#usecases/tombstones/removal-problem.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { hasPurged } from '#usecases/removal/settle.ts';

/** What is asked of whoever names something to be destroyed, before they are told anything of it. */
export async function blindAsk({ authority: { view } }: Ground): Promise<Ask> {
  return { operation: 'purge:apply', resources: [view.repository] };
}

/**
 * The tombstone that somebody means by its id, the beginning of it, or a path that it covers. Throws `NOT_FOUND`,
 * `AMBIGUOUS`, `PURGE_REFUSED` where nothing was redacted, or it was lifted.
 */
export async function findMeant(
  workspace: Workspace,
  { view }: KnownAuthority,
  name: string,
): Promise<TombstoneRecord> {
  const tombstones = await loadTombstones(workspace, view);
  const { replica } = await workspace.replica();
  const record = findByPath(tombstones, name, replica) ?? findByName(tombstones, name);
  // A lift that somebody planted who may not must not save the content.
  if (await isLifted(workspace, record))
    throw refusedPurge(record, 'it was lifted: redact the content again');
  return record;
}

function findByName(tombstones: LoadedTombstones, name: string): TombstoneRecord {
  if (name.startsWith('hr-')) return findTombstone(tombstones, name);
  throw new HeddleError('PURGE_REFUSED', `no tombstone covers ${name}: redact it first`, {
    facts: { path: name },
    preserved: 'nothing was destroyed',
  });
}

/**
 * The tombstone that stands at a path; one that is done with where there is no other; undefined where what was
 * typed is no covered path.
 */
function findByPath(
  { records }: LoadedTombstones,
  name: string,
  replica: Digest,
): TombstoneRecord | undefined {
  const spellings = new Set([name, escapePath(utf8(name))]);
  const covering = [...records.values()].filter(
    ({ texts }) => texts !== 'redacted' && texts.paths.some((path) => spellings.has(path)),
  );
  const matches = covering.filter((record) => record.hides && !hasPurged(record, replica));
  if (matches.length > 1) {
    throw new HeddleError('AMBIGUOUS', `${matches.length} tombstones cover ${name}: name one of them`, {
      facts: { name, tombstones: matches.map(({ id }) => shortId(id)) },
      preserved: 'nothing was destroyed',
    });
  }
  return matches[0] ?? covering.find((record) => hasPurged(record, replica)) ?? covering[0];
}

function refusedPurge({ id }: TombstoneRecord, why: string): HeddleError {
  return new HeddleError('PURGE_REFUSED', `${shortId(id)} cannot be purged: ${why}`, {
    facts: { tombstone: id },
    preserved: 'nothing was destroyed',
  });
}
