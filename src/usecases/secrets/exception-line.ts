import type { AuthorityView } from '#domain/authority/authority.ts';
import { unescapePath } from '#domain/encoding/percent-escape.ts';
import { invariant } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { SecretException } from '#domain/secrets/secret-exception.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';

/** Where exceptions are asked for: at each path, in the thread of the work tree. */
export function exceptionResources(
  { repository }: Pick<AuthorityView, 'repository'>,
  exceptions: readonly Pick<SecretException, 'thread' | 'path'>[],
): readonly string[] {
  const resources = exceptions.map(({ thread, path }) => {
    const raw = unescapePath(path);
    invariant(raw !== undefined, 'a scan escapes paths as everybody does');
    return pathResource(repository, thread, raw);
  });
  return [...new Set(resources)];
}

/** What is wrong with a line of an exception: it makes some, its author's own, from its time on, and does no more. */
export async function exceptionLineProblem(
  decisions: LineDecisions,
  operation: AllowedLine,
  signer: LineSigner,
  others: readonly RefChange[],
): Promise<string | undefined> {
  const { line, texts } = operation;
  const [effect, ...more] = texts.effects;
  if (effect?.kind !== 'exceptions' || more.length > 0 || others.length > 0) {
    return 'it lets no secret pass, or does more';
  }
  const theirs = effect.add.every(({ by, since }) => by === line.actor.principal && since === line.at);
  if (!theirs || effect.add.length === 0)
    return 'it lets secrets pass for somebody else, or from another time';
  if (effect.add.some(({ path }) => unescapePath(path) === undefined)) return 'it names a path that is none';
  return decisions.asksProblem(operation, signer, async (view) => [
    { operation: 'secret:allow', resources: exceptionResources(view, effect.add) },
  ]);
}
