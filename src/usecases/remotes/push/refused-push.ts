import { HeddleError } from '#domain/error.ts';
import { adviceFor, readRefusal } from '#domain/receiving/push-refusal.ts';
import type { RefusedUpdate } from '#ports/remotes/transport.ts';

/** The error for what a receiving side refused. A server with heddle says why, with codes; what else it says stays beside. */
export function refusedPush(
  remote: string,
  {
    first,
    refused,
    said,
    stands,
  }: {
    readonly first: RefusedUpdate;
    readonly refused: readonly RefusedUpdate[];
    readonly said: readonly string[];
    /** Refs that stand at the remote nevertheless. */
    readonly stands: readonly string[];
  },
): HeddleError {
  const told = said.flatMap((line) => readRefusal(line) ?? []);
  const codes = [...new Set(told.map(({ code }) => code))];
  const isRace = refused.some(({ kind }) => kind === 'moved') || codes.includes('REF_MOVED');
  const reasons = {
    codes,
    refused: told.map(({ code, subject, message }) => `${code} ${subject}: ${message}`),
    advice: adviceFor(codes),
  };
  return new HeddleError(
    isRace ? 'REMOTE_MOVED' : 'PUSH_REFUSED',
    isRace ? 'somebody pushed meanwhile' : `the receiving side refused ${first.ref}`,
    {
      facts: {
        remote,
        ref: first.ref,
        why: first.why,
        said: said.filter((line) => readRefusal(line) === undefined),
        ...(told.length > 0 ? reasons : {}),
        ...(stands.length > 0 ? { pushed: stands } : {}),
      },
      preserved: stands.length > 0 ? 'what was pushed before it stands at the remote' : 'nothing was pushed',
    },
  );
}
