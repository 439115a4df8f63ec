import { isActive } from '#domain/authority/authority-view.ts';
import type { AuthorityRecord, AuthorityView } from '#domain/authority/authority.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { GrantLogEntry, GrantLogResult, GrantResult } from '#domain/results/grant-results.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import { recordReason } from './grant-reasons.ts';
import { passes, type GrantFilter } from './list-grants.ts';

/**
 * Every grant and every removal of one, newest first, those that ended or were taken back too. The owners that the
 * genesis names come last. Throws `RESOURCE_INVALID`.
 */
export async function grantLog(
  workspace: Workspace,
  { limit, ...filter }: GrantFilter & { readonly limit: number | null },
): Promise<GrantLogResult> {
  const { files, view } = await loadAuthority(workspace);
  const at = filter.at === null ? null : formatResource(parseResource(filter.at));
  const told = new Storyteller(view, workspace.clock.now());
  for (const file of files) {
    const { record } = decodeEntry(file);
    if (record.body.kind !== 'grant' && record.body.kind !== 'genesis') continue;
    const id = formatId('hg', workspace.hasher.hash('authority', file.record));
    told.hear(id, record, recordReason(workspace, file));
  }
  const entries = told.entries.filter(({ grant }) => passes(grant, { ...filter, at }));
  return { entries: limit === null ? entries : entries.slice(0, limit) };
}

/** Puts a removal together with the grant that it takes back. */
class Storyteller {
  readonly #standing: ReadonlySet<AuthorityId>;
  readonly #now: Instant;
  readonly #given = new Map<AuthorityId, GrantResult>();
  readonly #entries: GrantLogEntry[] = [];

  constructor(view: AuthorityView, now: Instant) {
    this.#standing = new Set(view.grants.map(({ id }) => id));
    this.#now = now;
  }

  /** Newest first; of one record in its own order. */
  get entries(): readonly GrantLogEntry[] {
    return this.#entries.toReversed();
  }

  hear(id: AuthorityId, { body, by, at }: AuthorityRecord, reason: string | null): void {
    if (body.kind === 'genesis') {
      for (const { principal } of body.owners.toReversed()) {
        const { resource } = body;
        const owner = {
          id,
          principal,
          role: 'owner',
          resource,
          by: principal,
          since: at,
          until: null,
        } as const;
        this.#tell('add', { record: id, by, at, reason }, { ...owner, reason });
      }
    }
    if (body.kind !== 'grant') return;
    if (body.action === 'remove') {
      const grant = this.#given.get(body.grant);
      // The fold let it pass, so what it takes back was given before.
      if (grant !== undefined) this.#tell('remove', { record: id, by, at, reason }, grant);
      return;
    }
    const { principal, role, resource, until } = body;
    const grant = { id, principal, role, resource, by, since: at, until, reason };
    this.#given.set(id, grant);
    this.#tell('add', { record: id, by, at, reason }, grant);
  }

  #tell(
    action: GrantLogEntry['action'],
    said: Pick<GrantLogEntry, 'record' | 'by' | 'at' | 'reason'>,
    grant: GrantResult,
  ): void {
    this.#entries.push({ ...said, action, grant, status: this.#statusOf(grant) });
  }

  #statusOf(grant: GrantResult): GrantLogEntry['status'] {
    if (!this.#standing.has(grant.id)) return 'removed';
    return isActive(grant, this.#now) ? 'active' : 'ended';
  }
}
