import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { oplog } from '#usecases/history/oplog.ts';

/** `heddle oplog` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const scope = { all: input.flag('all-replicas'), replica: input.text('replica') };
  return { kind: 'oplog', result: await oplog(await context.workspace(), input.integer('limit'), scope) };
}
