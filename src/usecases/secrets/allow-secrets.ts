import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parsePathArgument } from '#domain/resource/path-argument.ts';
import { exceptionText, type SecretException } from '#domain/secrets/secret-exception.ts';
import type { SecretsAllowResult } from '#domain/results/boundary/secret-results.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE, scanWorktree } from '#usecases/capture/scan-worktree.ts';
import { setAside } from '#usecases/capture/set-aside.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { proposeExceptions } from './propose-exceptions.ts';
import { scanChanges, type SecretHit } from './scan-contents.ts';

export interface AllowOptions {
  /** Files and directories from the work tree's root. */
  readonly paths: readonly string[];
  /** Only what this rule found; null for every rule. */
  readonly rule: string | null;
  readonly until: Instant;
  readonly reason: string;
}

type Allowed = Omit<SecretsAllowResult, 'operation'>;

/** No exception stands longer: 366 days. */
const LONGEST_MS = 366 * 86_400_000;

/**
 * Lets what looks like a secret in changed files of this work tree be captured, until a time: those values, at those
 * paths, in this clone. Nothing is done where nothing is found. Throws `USAGE` for a time that is over or too far, and
 * what a scan of the work tree throws.
 */
export async function allowSecrets(workspace: Workspace, options: AllowOptions): Promise<Mutated<Allowed>> {
  const only = options.paths.map(parsePathArgument);
  const { paths, rule, until, reason } = options;
  requireTime(workspace, until);
  return mutate<Allowed>(workspace, {
    op: 'secrets-allow',
    args: { paths, rule, until, reason },
    asksPassphrase: true,
    propose: async (ground) => {
      const { hits, standing } = await setAside(workspace, async (aside) => {
        const scan = await scanWorktree(aside, { maxFileBytes: LARGEST_FILE, only });
        return { ...scan, ...(await scanChanges(aside, [scan.touched])) };
      });
      const meant = hits.filter((hit) => rule === null || hit.rule === rule);
      return meant.length === 0
        ? { kind: 'nothing', result: { removed: false, exceptions: [] } }
        : propose(workspace, ground, {
            options,
            hits: meant,
            thread: standing.thread,
          });
    },
  });
}

function requireTime({ clock }: Workspace, until: Instant): void {
  const left = instantMilliseconds(until) - instantMilliseconds(clock.now());
  if (left > 0 && left <= LONGEST_MS) return;
  const why = left > 0 ? 'is more than 366 days away' : 'is over';
  throw new HeddleError('USAGE', `the time of an exception ${why}`, {
    facts: { until },
    preserved: 'nothing was changed',
  });
}

function propose(
  workspace: Workspace,
  ground: Ground,
  {
    options: { until, reason },
    hits,
    thread,
  }: { readonly options: AllowOptions; readonly hits: readonly SecretHit[]; readonly thread: string },
): Proposal<Allowed> {
  const { replica, caller, now } = ground;
  const made = hits.map(({ rule, where: path, value }): SecretException => {
    const digest = replica.keyed('secret', utf8(exceptionText({ rule, path, value })));
    return { digest, rule, path, thread, by: caller.actor.principal, reason, since: now, until };
  });
  const exceptions = hits.map(({ rule, where: path, line }) => ({ rule, path, line, until }));
  return proposeExceptions(workspace, ground, { made, result: { removed: false, exceptions } });
}
