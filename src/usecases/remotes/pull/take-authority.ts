import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { joinAuthority } from '#usecases/receive/authority/join-authority.ts';
import { judgeAuthority, type JoinPlan } from '#usecases/receive/authority/judge-authority.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';

/** Which authority chain holds from now on. */
export interface TakenAuthority {
  readonly authority: LoadedAuthority;
  /** True where the remote has records that this clone had not. */
  readonly advanced: boolean;
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
    findings: found.map((message) => ({ kind: 'authority', subject: AUTHORITY_REF, message })),
  });
  const take = async (head: ObjectId): Promise<TakenAuthority> => {
    const laid = withIncoming(workspace, incoming, new Map([[AUTHORITY_REF, head]]));
    return { authority: await loadAuthority(laid), advanced: true, findings: [] };
  };
  if (theirs === null) return keep();
  const laid = withIncoming(workspace, incoming, new Map());
  const judged = await judgeAuthority(laid, { known: mine.headCommit, offered: theirs });
  switch (judged.kind) {
    case 'same':
    case 'behind':
      return keep();
    case 'ahead':
      return take(theirs);
    case 'apart': {
      const joined = await join(laid, judged.join);
      return typeof joined === 'string' ? keep(joined) : take(joined.commit);
    }
    case 'irreconcilable':
      return keep(`both went on, and ${judged.why}`);
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
  if (joined.kind === 'refused') return `both went on: ${joined.why}`;
  await batch.write();
  return joined;
}
