import type { Claim } from '#domain/claim/claim.ts';
import type { OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import { THREAD_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';

/** They change what carries a state, never which state a thread is at. */
const REBUILDS: ReadonlySet<OperationKind> = new Set(['redact', 'lift', 'purge', 'receipt', 'receive']);

/** The threads that an operation moves, makes or removes. */
export function threadsOf({
  line: { op },
  texts: { refs, effects },
}: {
  readonly line: { readonly op: OperationKind };
  readonly texts: Pick<OperationTexts, 'refs' | 'effects'>;
}): ReadonlySet<string> {
  if (REBUILDS.has(op)) return new Set();
  const moved = refs.flatMap(({ name }) =>
    name.startsWith(THREAD_REFS) ? [name.slice(THREAD_REFS.length)] : [],
  );
  return new Set([
    ...moved,
    ...effects.flatMap((effect) => (effect.kind === 'thread' ? [effect.thread] : [])),
  ]);
}

/** Claims on threads; throws `FORMAT_INVALID` where one of them cannot be read. */
export async function readClaims(
  { records }: Pick<Workspace, 'records'>,
  threads: Iterable<string>,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const thread of threads) {
    const claim = await records.readClaim(thread);
    if (claim !== undefined) claims.push(claim);
  }
  return claims;
}
