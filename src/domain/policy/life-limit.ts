import { instantMilliseconds } from '#domain/time.ts';
import type { AuthorityBlock } from '#domain/token/token.ts';
import type { Policy } from './policy.ts';

/** A session's life unless its maker says otherwise, in seconds: 12 hours. */
export const USUAL_LIFE = 12 * 3600;

/** The policy that allows tokens the shortest life; undefined where none limits it. */
export function shortestLife(
  policies: readonly Policy[],
): { readonly policy: Policy; readonly life: number } | undefined {
  return policies
    .flatMap((policy) => (policy.rules.life === null ? [] : [{ policy, life: policy.rules.life }]))
    .toSorted((a, b) => a.life - b.life)[0];
}

/** Seconds that `--ttl` can be given; very long lives in whole minutes. */
const MOST_IN_SECONDS = 9_999_999;

/** A life as near to this one, and no longer, that can be written for `--ttl`. */
export function writableLife(seconds: number): number {
  return seconds > MOST_IN_SECONDS ? seconds - (seconds % 60) : seconds;
}

/** Seconds from a token's issue to its end, what is made from it included; null where it has no end. */
export function tokenLife({ issued, checks }: AuthorityBlock): number | null {
  const ends = checks.flatMap((check) =>
    check.kind === 'time' ? [instantMilliseconds(check.notAfter)] : [],
  );
  return ends.length === 0 ? null : (Math.min(...ends) - instantMilliseconds(issued)) / 1000;
}
