import { shellLine } from '#domain/encoding/shell-line.ts';
import type { HeddleError } from '#domain/error.ts';
import { adviceFor, readRefusal, RefusedPushError } from '#domain/server/push-refusal.ts';
import { readToldDenials } from '#domain/server/told-denial.ts';
import type { RefusedUpdate } from '#ports/boundary/transport.ts';

/** The error for what a receiving side refused. A server with heddle says why, with codes; what else it says stays beside. */
export function refusedPush(
  remote: string,
  {
    first,
    refused,
    said,
    stands,
    waiting,
  }: {
    readonly first: RefusedUpdate;
    readonly refused: readonly RefusedUpdate[];
    readonly said: readonly string[];
    /** Refs that stand at the remote nevertheless. */
    readonly stands: readonly string[];
    /** Who has not published what they did here with another home. */
    readonly waiting: readonly string[];
  },
): HeddleError {
  const { denials, rest } = readToldDenials(said);
  const told = rest.flatMap((line) => readRefusal(line) ?? []);
  const codes = [...new Set(told.map(({ code }) => code))];
  const isRace = refused.some(({ kind }) => kind === 'moved') || codes.includes('REF_MOVED');
  const reasons = {
    codes,
    refused: told.map(({ code, subject, message }) => `${code} ${subject}: ${message}`),
    advice: [...(codes.includes('LINE_MISSING') ? waiting.map(otherHome) : []), adviceFor(codes)].join('; '),
  };
  return new RefusedPushError(
    isRace ? 'REMOTE_MOVED' : 'PUSH_REFUSED',
    isRace ? 'somebody pushed meanwhile' : `the receiving side refused ${first.ref}`,
    {
      facts: {
        remote,
        ref: first.ref,
        why: first.why,
        ...(isRace ? pullAdvice(remote) : {}),
        said: rest.filter((line) => readRefusal(line) === undefined),
        ...(told.length > 0 ? reasons : {}),
        ...(stands.length > 0 ? { pushed: stands } : {}),
      },
      preserved: stands.length > 0 ? 'what was pushed before it stands at the remote' : 'nothing was pushed',
      denials,
      from: remote,
    },
  );
}

/** Its lines may be the ones that are missing: the refused push there has published them here. */
function otherHome(principal: string): string {
  return `${principal} worked here with another home: run \`heddle push\` there, whatever the answer, then here again`;
}

/** What is asked is taken over from that remote, whichever `heddle pull` would name by itself. */
export function pullAdvice(remote: string): { readonly advice: string; readonly command: readonly string[] } {
  const command = ['heddle', 'pull', remote];
  return { advice: `take over what is there first: \`${shellLine(command)}\``, command };
}
