import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { shortId } from '#domain/id.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import { instantWords } from '#domain/time.ts';
import { approveProposal } from '#usecases/removal/ceremony/answer-proposal.ts';

/** `heddle purge approve` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const yes = input.flag('yes');
  const { result, operation, notes } = await approveProposal(await context.workspace(), {
    name: input.argument('PROPOSAL'),
    reason: input.reason('reason'),
    dryRun: input.flag('dry-run'),
    // Whoever cannot be asked said it with the command.
    confirm: async (proposal) => yes || !talk.asks || isConfirmed(proposal, talk),
  });
  return { kind: 'purge-approve', result: { ...result, operation }, notes };
}

/** All of it stands in the question: what would be destroyed, where, who asks since when, and from when on. */
async function isConfirmed(proposal: PurgeProposal, talk: Talk): Promise<boolean> {
  const { principal, via, at, reason, tombstone, redacted, paths, resources, states, earliest, rewriteGit } =
    proposal;
  const who = `${[principal, ...via].join(' via ')} asks since ${instantWords(at)}${reason === null ? '' : `: ${reason}`}`;
  const what = `this destroys what ${tombstone} hides${redacted === null ? '' : ` (${redacted})`}, for good${rewriteGit ? ", and rewrites Git's history for that" : ''}`;
  const where = `${paths.join(', ') || 'files whose names are hidden'}, of ${states} states, at ${resources.join(', ')}`;
  const when = earliest === null ? '' : `; not before ${instantWords(earliest)}`;
  const short = shortId(tombstone);
  const answer = await talk.ask(`${who}; ${what}: ${where}${when}; type ${short} to agree: `);
  const typed = answer?.trim() ?? '';
  return typed.length >= short.length && tombstone.startsWith(typed);
}
