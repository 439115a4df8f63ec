import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { CREDENTIAL_WAYS } from '#domain/run/run-record.ts';
import { explainRun } from '#usecases/run/explain-run.ts';
import { runOutcome } from '#usecases/run/run-outcome.ts';
import { planRun, type RunOptions } from '#usecases/run/plan-run.ts';
import { runProgram } from '#usecases/run/run-program.ts';

/** `heddle run` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const plan = await planRun(workspace, optionsOf(input, context));
  if (input.flag('explain')) return { kind: 'run-explain', result: await explainRun(workspace, plan) };
  let later: Context | undefined;
  try {
    const ran = await runProgram(workspace, plan, {
      output: input.json ? 'stderr' : 'stdout',
      pause: () => context.close(),
      reopen: async () => {
        later = context.again();
        return later.workspace();
      },
    });
    const result = runOutcome(ran);
    return { kind: 'run', result, exit: result.exit, aside: true };
  } finally {
    await later?.close();
  }
}

function optionsOf(input: CommandInput, context: Context): RunOptions {
  const [program = '', ...args] = input.rest();
  const worktree = input.text('worktree');
  return {
    program,
    args,
    agent: input.text('agent'),
    provider: input.text('provider'),
    model: input.text('model'),
    depth: input.integer('depth'),
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
    budget: input.budget('budget'),
    thread: input.text('thread'),
    worktree: worktree === null || worktree === '' ? worktree : context.resolvePath(worktree),
    timeout: input.duration('timeout'),
    envPass: input.list('env-pass'),
    credential: CREDENTIAL_WAYS.find((way) => way === input.text('credential')) ?? 'file',
    variables: context.variables,
    directory: context.resolvePath('.'),
    parent: context.run,
  };
}
