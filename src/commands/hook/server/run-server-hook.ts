import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { LARGEST_UPDATES, parseRefUpdates } from '#domain/server/ref-update.ts';
import { applyAfterPush } from '#usecases/server/after-push.ts';
import { receivePush } from '#usecases/server/receive-push.ts';

/** `heddle hook run pre-receive` and `heddle hook run post-receive` */
export async function runServerHook(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const text = decodeUtf8(await context.readInput('-', LARGEST_UPDATES)) ?? 'not UTF-8';
  const updates = parseRefUpdates(text);
  const hook = input.argument('HOOK') === 'post-receive' ? 'post-receive' : 'pre-receive';
  const done = { hook, refs: updates.length, trusted: null, operation: null, applied: [] } as const;
  if (hook === 'post-receive') {
    const server = await context.server(null);
    try {
      const { notes, ...applied } = await applyAfterPush(server, updates);
      return { kind: 'hook-receive', result: { ...done, ...applied }, aside: true, notes };
    } finally {
      await server.turn.end();
    }
  }
  const { GIT_QUARANTINE_PATH: incoming = null } = context.variables;
  const server = await context.server(incoming);
  const trustFirst = input.flag('trust-first');
  const { trusted } = await receivePush(server, { updates, incoming: server.incoming }, { trustFirst });
  return { kind: 'hook-receive', result: { ...done, trusted }, aside: true };
}
