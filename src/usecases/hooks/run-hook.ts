import type { Json } from '#domain/encoding/canonical-json.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { withDenialId } from '#domain/decision/fixes/consent-fix.ts';
import { HeddleError } from '#domain/error.ts';
import type { ClientHook } from '#domain/hooks/hook-name.ts';
import type { OperationId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { HookRule } from '#domain/policy/policy.ts';
import type { HookRunResult } from '#domain/results/hooks/hook-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { withFreeNames } from '#usecases/tokens/free-names.ts';
import { deniedResult } from '#usecases/transaction/denied-result.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { publisherOf } from '#usecases/transaction/refuse.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { HookDenied, isRefusal, type HookRefusal } from './require-allowed.ts';

/** What git hands to a hook. */
export interface HookInput {
  readonly hook: ClientHook;
  readonly args: readonly string[];
  /** Standard input; empty for a hook that gets none. */
  readonly text: string;
  /** The index that git commits from, where it names one. */
  readonly indexFile: string | null;
}

/**
 * Does what a hook of git's is for. Where something is refused it is recorded, once, and thrown; where the policy only
 * observes it is recorded and let pass. Throws {@link DeniedError} and whatever else refuses.
 */
export async function runHook(
  workspace: Workspace,
  input: HookInput,
): Promise<{ readonly result: HookRunResult; readonly notes: readonly string[] }> {
  const ground = await readGround(workspace);
  const { view } = ground.authority;
  const mode: HookRule = effectivePolicy(view, view.repository).hooks ?? 'enforce';
  try {
    const notes = await check(workspace, ground, input);
    return { result: { hook: input.hook, mode, refused: null, operation: null }, notes };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const operation = await record(workspace, ground, { input, mode, refusal: error });
    if (mode === 'enforce') throw await shown(workspace, error, operation);
    const refused = error instanceof HookDenied ? error.denial.code : error.code;
    const said = error instanceof HookDenied ? error.denial.message : error.message;
    const notes = [`would be refused (${refused}): ${said}`];
    return { result: { hook: input.hook, mode, refused, operation }, notes };
  }
}

async function check(
  workspace: Workspace,
  ground: Ground,
  { hook, args, text, indexFile }: HookInput,
): Promise<readonly string[]> {
  switch (hook) {
    case 'pre-commit':
      return (await import('./commit-hook.ts')).checkCommit(workspace, ground, indexFile);
    case 'prepare-commit-msg':
      return (await import('./message-hook.ts')).nameAgents(workspace, ground, args[0] ?? '');
    case 'reference-transaction': {
      const { checkRefs } = await import('./ref-hook.ts');
      await checkRefs(workspace, ground, text);
      return [];
    }
    case 'pre-push': {
      const { checkPush } = await import('./push-hook.ts');
      const [remote = '', address = ''] = args;
      return checkPush(workspace, ground, { text, remote, address });
    }
    default:
      return [];
  }
}

interface Refused {
  readonly input: HookInput;
  readonly mode: HookRule;
  readonly refusal: HookRefusal;
}

/**
 * Writes one line about what was refused, or would have been. A log that cannot be written to just now, such as while
 * another heddle works, makes nothing allowed: null.
 */
async function record(
  workspace: Workspace,
  ground: Ground,
  { input: { hook }, mode, refusal }: Refused,
): Promise<OperationId | null> {
  const denial = refusal instanceof HookDenied ? refusal.denial : null;
  const code = refusal instanceof HookDenied ? refusal.denial.code : refusal.code;
  const verb: Json = { hook, mode };
  try {
    return await workspace.lock.run(async () => {
      const { id } = await publish(workspace, publisherOf(ground), {
        op: 'hook',
        verdict: { verdict: 'deny', stage: denial?.stage ?? null, code },
        policy: ground.authority.view.head,
        states: [],
        texts: {
          ...NO_CHANGE,
          resource: denial?.resource ?? null,
          args: { operationId: null, verb },
          result: refusal instanceof HookDenied ? deniedResult(refusal.denial, refusal.ask) : null,
        },
        verify: [],
        batch: null,
      });
      return id;
    });
  } catch (error) {
    if (error instanceof HeddleError) return null;
    throw error;
  }
}

async function shown(
  workspace: Workspace,
  refusal: HookRefusal,
  operation: OperationId | null,
): Promise<HeddleError> {
  if (!(refusal instanceof HookDenied)) return refusal;
  const { denial } = refusal;
  const preserved =
    'nothing was changed; what agents do is saved with `heddle capture`, and landed by who may';
  if (operation === null) {
    return new HeddleError('LOCK_HELD', `${denial.message}; the log could not be written to`, { preserved });
  }
  const told = await withFreeNames(workspace, withDenialId(denial, operation));
  return new DeniedError({ denial: told, id: operation, preserved });
}
