import type { Effect } from '#domain/operation/operation.ts';
import type { SecretsAllowResult } from '#domain/results/boundary/secret-results.ts';
import { encodeExceptions, joinExceptions, type SecretException } from '#domain/secrets/secret-exception.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { exceptionResources } from './exception-line.ts';

type Allowed = Omit<SecretsAllowResult, 'operation'>;

/** What is said of values from now on, whatever was said of them before; asked at each path. */
export function proposeExceptions(
  { secretExceptions }: Workspace,
  { authority }: Ground,
  { made, result }: { readonly made: readonly SecretException[]; readonly result: Allowed },
): Proposal<Allowed> {
  const add = joinExceptions(made);
  const effect: Effect = { kind: 'exceptions', add };
  return {
    kind: 'ask',
    ask: { operation: 'secret:allow', resources: exceptionResources(authority.view, add) },
    plan: async () => {
      // A list that is damaged, or full, is told before the line: its effect could never be done.
      encodeExceptions(joinExceptions(await secretExceptions.read(), add));
      const paths = [...new Set(made.map(({ path }) => path))];
      return { states: [], refs: [], effects: [effect], inverse: null, paths, result };
    },
  };
}
