import type { AuthorityRecord } from '#domain/authority/authority.ts';
import { formatId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { BeatenRecord } from '#domain/results/boundary/remote-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { joinAuthority } from '#usecases/receive/authority/join-authority.ts';
import { judgeAuthority, type Beaten, type JoinPlan } from '#usecases/receive/authority/judge-authority.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';

/** Which authority chain holds from now on. */
export interface TakenAuthority {
  readonly authority: LoadedAuthority;
  /** True where the remote has records that this clone had not. */
  readonly advanced: boolean;
  /** What gives nothing any more since both were joined, by this pull or elsewhere. */
  readonly beaten: readonly BeatenRecord[];
  readonly findings: readonly Finding[];
}

/**
 * Takes over a remote's authority chain where it continues this clone's; an older one says nothing new. Where both went
 * on, the caller signs a record that joins them. One that does not verify, or begins with another genesis, is told and
 * left.
 */
export async function takeAuthority(
  workspace: Workspace,
  incoming: Incoming,
  theirs: ObjectId | null,
): Promise<TakenAuthority> {
  const mine = await loadAuthority(workspace);
  const keep = (...found: readonly string[]): TakenAuthority => ({
    authority: mine,
    advanced: false,
    beaten: [],
    findings: found.map((message) => ({ kind: 'authority', subject: AUTHORITY_REF, message })),
  });
  const take = async (head: ObjectId, beaten: TakenAuthority['beaten'] = []): Promise<TakenAuthority> => {
    const laid = withIncoming(workspace, incoming, new Map([[AUTHORITY_REF, head]]));
    return { authority: await loadAuthority(laid), advanced: true, beaten, findings: [] };
  };
  if (theirs === null) return keep();
  const laid = withIncoming(workspace, incoming, new Map());
  const judged = await judgeAuthority(laid, { known: mine.headCommit, offered: theirs });
  switch (judged.kind) {
    case 'same':
    case 'behind':
      return keep();
    case 'ahead':
      return take(theirs, beatenIn(workspace, judged));
    case 'apart': {
      const joined = await join(laid, judged.join);
      return typeof joined === 'string'
        ? keep(joined)
        : take(joined.commit, beatenIn(workspace, judged.join));
    }
    case 'irreconcilable':
      return keep(`both went on, and ${judged.why}${await keysApart(laid, judged.join)}`);
    case 'stranger':
      return keep(`the remote's begins with another genesis, ${judged.genesis}`);
    case 'invalid':
      return keep(judged.violation.why);
  }
}

/** The record that joins both, or why there is none. */
async function join(laid: Workspace, plan: JoinPlan): Promise<string | { readonly commit: ObjectId }> {
  const batch = laid.writer.batch();
  const joined = await joinAuthority(laid, batch, plan);
  if (joined.kind === 'refused') return `both went on: ${joined.why}${await keysApart(laid, plan)}`;
  await batch.write();
  return joined;
}

/** Nobody joins what ends their own keys; whose keys were changed on both sides has none that either side believes. */
async function keysApart(laid: Workspace, plan: JoinPlan): Promise<string> {
  const { actor } = await identifyCaller(laid, plan.view);
  const { principal } = actor;
  const isApart = beatenIn(laid, plan).some((one) => one.kind === 'key' && one.principal === principal);
  return isApart
    ? `; the keys of ${principal} were changed on both sides, and joined, neither would hold: the remote’s hold there, so go on in a new clone (\`heddle clone\`) with the home that has them, or have an admin register others there (\`heddle key add\`)`
    : '';
}

function beatenIn(
  { hasher }: Pick<Workspace, 'hasher'>,
  { beaten, files }: Beaten,
): TakenAuthority['beaten'] {
  const wanted = new Set(beaten);
  return files.flatMap((file) => {
    const id = formatId('hg', hasher.hash('authority', file.record));
    if (!wanted.delete(id)) return [];
    const told = describeBeaten(decodeEntry(file).record);
    return told === undefined ? [] : [{ record: id, ...told }];
  });
}

function describeBeaten({ by, body }: AuthorityRecord): Omit<BeatenRecord, 'record'> | undefined {
  const nothing = { by, principal: null, role: null, resource: null };
  switch (body.kind) {
    case 'grant': {
      if (body.action !== 'add') return undefined;
      const { principal, role, resource } = body;
      return { kind: body.kind, by, principal, role, resource };
    }
    case 'key':
      return { ...nothing, kind: body.kind, principal: body.principal };
    case 'policy':
      return { ...nothing, kind: body.kind, resource: body.resource };
    case 'replica':
    case 'unfreeze':
      return { ...nothing, kind: body.kind };
    default:
      return undefined;
  }
}
