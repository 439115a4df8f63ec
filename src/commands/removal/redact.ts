import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import { usageError } from '#domain/usage-error.ts';
import type { RedactionSaid } from '#usecases/removal/places/target.ts';
import { redact } from '#usecases/removal/redact.ts';
import { readPart, readPath, refuseTwo } from './redact-part.ts';

type Here = Awaited<ReturnType<Context['workspace']>>;

/** `heddle redact` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const file = input.text('find');
  const workspace = { ...(await context.workspace()), progress: talk };
  refuseTwo(input);
  if (file !== null) return find(input, { file, context, workspace });
  const text = input.text('text');
  if (text === null && input.flag('task')) throw usageError('redact', '--task goes with --text');
  if (text !== null) return hideTexts(input, text, workspace);
  const name = input.text('name');
  if (name !== null) return hideName(input, workspace, await context.pathFromRoot(name));
  const part = await readPart(input, context);
  const { result, operation, notes } = await redact(workspace, {
    path: await readPath(input, context, part),
    state: input.text('state'),
    all: input.flag('all'),
    part,
    ...said(input, workspace),
  });
  return { kind: 'redact', result: { ...result, operation }, notes };
}

/** What a tombstone says, of files and of texts alike. */
function said(input: CommandInput, workspace: Here): RedactionSaid {
  const code = input.text('code');
  return {
    reason: input.reason('reason') ?? missing('--reason'),
    // A tombstone is signed: it says nothing that nobody said.
    reasonCode: REASON_CODES.find((known) => known === code) ?? 'other',
    rotatedAt: rotatedAt(input, workspace.clock.now()),
    dryRun: input.flag('dry-run'),
  };
}

async function hideTexts(input: CommandInput, text: string, workspace: Here): Promise<CommandOutcome> {
  if (input.optionalArgument('PATH') !== null) {
    throw usageError('redact', '--text is about a record, not a file: leave PATH out', { flag: '--text' });
  }
  const { redactTexts } = await import('#usecases/removal/texts/redact-texts.ts');
  const options = { text, task: input.flag('task'), ...said(input, workspace) };
  const { result, operation, notes } = await redactTexts(workspace, options);
  return { kind: 'redact', result: { ...result, operation }, notes };
}

async function hideName(input: CommandInput, workspace: Here, path: string): Promise<CommandOutcome> {
  if (input.optionalArgument('PATH') !== null) {
    throw usageError('redact', '--name takes the path itself: leave PATH out', { flag: '--name' });
  }
  const flag = input.text('state') !== null ? '--state' : input.flag('all') ? '--all' : null;
  if (flag !== null) throw usageError('redact', `a name goes in every state: leave ${flag} out`, { flag });
  const { redactName } = await import('#usecases/removal/names/redact-name.ts');
  const { result, operation, notes } = await redactName(workspace, { path, ...said(input, workspace) });
  return { kind: 'redact', result: { ...result, operation }, notes };
}

async function find(
  input: CommandInput,
  {
    file,
    context,
    workspace,
  }: { readonly file: string; readonly context: Context; readonly workspace: Here },
): Promise<CommandOutcome> {
  if (input.optionalArgument('PATH') !== null) {
    throw usageError('redact', '--find looks everywhere: leave PATH out', { flag: '--find' });
  }
  const { findSecret, LONGEST_SECRET } = await import('#usecases/removal/find/find-secret.ts');
  const result = await findSecret(workspace, await context.readInput(file, LONGEST_SECRET));
  return { kind: 'redact-find', result, exit: result.found ? 1 : 0 };
}

function missing(what: string): never {
  throw usageError('redact', `it needs ${what}`);
}

/** What was not done yet is no reason to be less alarmed. */
function rotatedAt(input: CommandInput, now: Instant): Instant | null {
  const at = input.instant('rotated-at');
  if (at !== null && at > now) throw usageError('redact', '--rotated-at has not come yet');
  return at;
}
