import { unescapePath } from '#domain/encoding/percent-escape.ts';
import { liesIn, parsePathArgument } from '#domain/resource/path-argument.ts';
import type { SecretsAllowResult } from '#domain/results/boundary/secret-results.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { AllowOptions } from './allow-secrets.ts';
import { proposeExceptions } from './propose-exceptions.ts';

/**
 * Takes exceptions of this home back, at once: whatever still passes at these paths, though it is not there any more.
 * Nothing is done where nothing passes. The list tells of it as of what is over, with who ended it and why.
 */
export async function refuseAgain(
  workspace: Workspace,
  { paths, rule, reason }: Omit<AllowOptions, 'until'>,
): Promise<Mutated<Omit<SecretsAllowResult, 'operation'>>> {
  const named = paths.map(parsePathArgument);
  return mutate<Omit<SecretsAllowResult, 'operation'>>(workspace, {
    op: 'secrets-allow',
    args: { paths, rule, reason, remove: true },
    asksPassphrase: true,
    propose: async (ground) => {
      const { now, caller } = ground;
      const passing = (await workspace.secretExceptions.read()).filter(({ until, path, ...one }) => {
        const raw = unescapePath(path);
        const isMeant = raw !== undefined && liesIn(named, raw) && (rule === null || one.rule === rule);
        return isMeant && instantMilliseconds(until) > instantMilliseconds(now);
      });
      const exceptions = passing.map((one) => ({ rule: one.rule, path: one.path, line: null, until: now }));
      const result = { removed: true, exceptions };
      if (passing.length === 0) return { kind: 'nothing', result };
      const by = caller.actor.principal;
      const made = passing.map((one) => ({ ...one, by, reason, since: now, until: now }));
      return proposeExceptions(workspace, ground, { made, result });
    },
  });
}
