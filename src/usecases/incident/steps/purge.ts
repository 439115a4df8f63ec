import { instantWords } from '#domain/time.ts';
import { shortId } from '#domain/id.ts';
import type { IncidentTombstone } from '#domain/results/removal/incident-results.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import { guardsPurges } from '#domain/request/guarded-purge.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { isLeft, isReady } from '#usecases/incident/commands.ts';
import type { ToldIncident } from '#usecases/incident/tell-incident.ts';
import { proposePurge } from '#usecases/removal/ceremony/propose-purge.ts';
import { purge, type PurgeOptions } from '#usecases/removal/purge.ts';
import type { StepDone } from './step-done.ts';

const NOTHING_REDACTED =
  'nothing was redacted since this incident was opened; what was before it goes with `heddle purge TOMBSTONE`';

type How = Pick<PurgeOptions, 'confirm' | 'rewriteGit'> & {
  /** True where nobody is asked about each: what was redacted meanwhile for other reasons stays. */
  readonly onlyOwn: boolean;
};

/**
 * Destroys what each redaction of the incident hides, one by one; each is confirmed by itself. What others have to agree
 * to is proposed, and done once they did: the same step goes on.
 */
export async function purgeStep(workspace: Workspace, told: ToldIncident, how: How): Promise<StepDone> {
  let done: StepDone = { operation: null, notes: [] };
  const left = told.tombstones.filter(isLeft);
  if (left.length === 0) {
    const why =
      told.tombstones.length === 0 ? NOTHING_REDACTED : 'all that was redacted is destroyed already';
    return { ...done, notes: [why] };
  }
  for (const [index, one] of left.entries()) {
    workspace.progress.step('purging', index, left.length);
    const { operation, notes, failed } = await purgeOne(workspace, told, { one, how });
    done = {
      operation: operation ?? done.operation,
      notes: [...done.notes, ...notes],
      failed: done.failed === true || failed === true,
    };
  }
  return done;
}

async function purgeOne(
  workspace: Workspace,
  told: ToldIncident,
  {
    one: { tombstone, own },
    how: { onlyOwn, ...how },
  }: { readonly one: IncidentTombstone; readonly how: How },
): Promise<StepDone> {
  if (onlyOwn && !own) return { operation: null, notes: [strangeNote(tombstone)], failed: true };
  const asked = await askOthers(workspace, told, { name: tombstone, rewriteGit: how.rewriteGit });
  const { proposal } = asked;
  if (proposal !== null && !isReady(proposal)) {
    return { operation: asked.operation, notes: [waitingNote(proposal)], failed: true };
  }
  const consent = proposal?.request ?? null;
  const { operation, notes, result } = await purge(workspace, {
    ...how,
    name: tombstone,
    dryRun: false,
    consent,
  });
  if (result.outcome !== 'incomplete') return { operation, notes };
  const id = shortId(tombstone);
  const places = `${id} still stands in ${result.residue.length === 1 ? '1 place' : `${result.residue.length} places`}`;
  const way = how.rewriteGit ? '' : ", or say --rewrite-git where Git's own history holds it";
  const more = `${places}: \`heddle purge ${id} --dry-run\` names each and what helps; then run this again${way}`;
  return { operation, notes: [...notes, more], failed: true };
}

function strangeNote(tombstone: IncidentTombstone['tombstone']): string {
  const id = shortId(tombstone);
  return `${id} was redacted for another reason than this incident's: look at it with \`heddle tombstone show ${id}\`, and purge it by its id where it is meant`;
}

type Asked = { readonly proposal: PurgeProposal | null } & Pick<StepDone, 'operation'>;

/** What others were asked already counts, whoever asked. */
async function askOthers(
  workspace: Workspace,
  { proposals, reason }: ToldIncident,
  { name, rewriteGit }: { readonly name: string; readonly rewriteGit: boolean },
): Promise<Asked> {
  const { view } = await loadAuthority(workspace);
  if (!guardsPurges(view)) return { proposal: null, operation: null };
  const same = proposals.filter((one) => one.tombstone === name && one.rewriteGit === rewriteGit);
  const known = same.find(isReady) ?? same[0];
  if (known !== undefined) return { proposal: known, operation: null };
  const { result, operation } = await proposePurge(workspace, { name, reason, rewriteGit, ttl: null });
  return { proposal: result.proposal, operation };
}

function waitingNote(proposal: PurgeProposal): string {
  const { tombstone, request, people, quorum, earliest, next, why } = proposal;
  const agreed = quorum === null ? '' : `: ${people.length} of ${quorum} people agree`;
  const time = earliest === null ? '' : `, not before ${instantWords(earliest)}`;
  const open = why === null ? '' : `; ${why}`;
  const who = next === null || next.who.length === 0 ? open : `; it is for ${next.who.join(', ')} to go on`;
  return `the purge of ${shortId(tombstone)} is proposed as ${shortId(request)}${agreed}${time}${who}`;
}
