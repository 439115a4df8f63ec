import { HeddleError } from '#domain/error.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/remotes/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';

/** Which authority chain holds from now on. */
export interface TakenAuthority {
  readonly authority: LoadedAuthority;
  /** True where the remote's chain continues this clone's, and takes its place. */
  readonly advanced: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Takes over a remote's authority chain where it continues this clone's; an older one says nothing new. One that does
 * not verify, begins with another genesis, or went another way, is told and left.
 */
export async function takeAuthority(
  workspace: Workspace,
  incoming: Incoming,
  theirs: ObjectId | null,
): Promise<TakenAuthority> {
  const mine = await loadAuthority(workspace);
  if (theirs === null || theirs === mine.headCommit)
    return { authority: mine, advanced: false, findings: [] };
  try {
    const other = await loadAuthority(withIncoming(workspace, incoming, new Map([[AUTHORITY_REF, theirs]])));
    if (holds(other, mine.headCommit)) return { authority: other, advanced: true, findings: [] };
    if (holds(mine, theirs)) return { authority: mine, advanced: false, findings: [] };
    return {
      authority: mine,
      advanced: false,
      findings: [finding('the authority chains of both clones went different ways')],
    };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { authority: mine, advanced: false, findings: [finding(error.message)] };
  }
}

function holds({ files }: LoadedAuthority, wanted: ObjectId): boolean {
  return files.some(({ commit }) => commit === wanted);
}

function finding(message: string): Finding {
  return { kind: 'authority', subject: AUTHORITY_REF, message };
}
