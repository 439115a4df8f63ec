import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { can, canMatrix } from '#usecases/tokens/can.ts';
import { holding, readGivenCredential } from '#usecases/tokens/given-credential.ts';

/** Each is a column; more are a list for a program to make. */
const MOST_COLUMNS = 64;

/** `heddle can` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const as = input.text('as');
  if (input.flag('matrix')) return { kind: 'can-matrix', result: await matrix(input, context, as) };
  const resource = input.optionalArgument('RESOURCE');
  if (input.optionalArgument('OPERATION') === null || resource === null) {
    throw usageError('can', 'can needs OPERATION and RESOURCE, or --matrix');
  }
  const operation = input.operation('OPERATION');
  const result = await can(await workspaceOf(input, context), { operation, resource, as });
  return { kind: 'can', result, exit: result.allowed ? 0 : 1 };
}

async function matrix(input: CommandInput, context: Context, as: string | null) {
  if (input.optionalArgument('OPERATION') !== null) {
    throw usageError('can', '--matrix asks for every operation: leave OPERATION out');
  }
  const resources = input.list('matrix').filter((resource) => resource !== '');
  if (resources.length > MOST_COLUMNS)
    throw usageError('can', `--matrix takes at most ${MOST_COLUMNS} resources`);
  return canMatrix(await workspaceOf(input, context), { resources, as });
}

/** The repository, as it is for whoever holds the credential that comes over standard input. */
async function workspaceOf(
  input: CommandInput,
  context: Context,
): Promise<Awaited<ReturnType<Context['workspace']>>> {
  const workspace = await context.workspace();
  if (!input.flag('stdin')) return workspace;
  return holding(workspace, await readGivenCredential(workspace, context));
}
