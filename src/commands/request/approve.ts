import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { approveRequest, type Approved } from '#usecases/requests/approve.ts';

/** `heddle approve` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const yes = input.flag('yes');
  const { result, operation, notes } = await approveRequest(await context.workspace(), {
    name: input.argument('REQUEST'),
    reason: input.reason('reason'),
    out: input.text('out'),
    dryRun: input.flag('dry-run'),
    resolvePath: (path) => context.resolvePath(path),
    // Whoever cannot be asked said it with the command.
    confirm: async (preview) => yes || !talk.asks || isConfirmed(preview, talk),
  });
  return { kind: 'approve', result: { ...result, operation }, notes };
}

async function isConfirmed({ principal, via, asked, fix, why }: Approved, talk: Talk): Promise<boolean> {
  const who = [principal, ...via].join(' via ');
  const what = fix === null ? `nothing changes: ${why ?? ''}` : `${fix.argv.join(' ')}: ${fix.why}`;
  const role = asked.granting === null ? '' : ` of ${asked.granting}`;
  const wants = `${who} asks for ${asked.operation}${role} on ${asked.resources.join(', ')}`;
  const exactly = asked.act === null ? '' : `, exactly ${asked.act.op} ${asked.act.args}`;
  const answer = await talk.ask(`${wants}${exactly}; ${what}; apply? [y/N] `);
  return /^y(?:es)?$/i.test(answer?.trim() ?? '');
}
