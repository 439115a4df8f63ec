import { HeddleError } from '#domain/error.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Tells a head that carries no state by its ref's name, with the way out: somebody pointed it elsewhere, and nothing
 * that walks over threads works until it is gone. Any other error is returned as it is.
 */
export async function nameHead({ refs }: Pick<Workspace, 'refs'>, error: unknown): Promise<unknown> {
  if (!(error instanceof HeddleError) || error.code !== 'OBJECT_CORRUPT') return error;
  const found = [...(await refs.list(HEDDLE_REFS))].find(([, head]) => head === error.facts['commit']);
  if (found === undefined) return error;
  const [ref] = found;
  return new HeddleError(
    'OBJECT_CORRUPT',
    `${ref} leads to no state; \`git update-ref -d ${ref}\` takes it away`,
    {
      facts: { ...error.facts, ref },
      preserved: 'nothing was changed',
      cause: error,
    },
  );
}
