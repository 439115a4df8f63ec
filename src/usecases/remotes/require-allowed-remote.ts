import { shellWord } from '#domain/encoding/shell-line.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { remoteAllowed, remotePlace } from '#domain/policy/remote-rules.ts';

/**
 * Refuses addresses that a policy of the repository does not list. Throws `REMOTE_REFUSED`, which names the address
 * without whoever logs in there, and the policy's record.
 *
 * @param addresses as git uses them, after whatever its configuration puts in place of them.
 */
export function requireAllowedRemote(
  view: Pick<AuthorityView, 'repository' | 'policies'>,
  remote: string,
  addresses: readonly string[],
): void {
  for (const policy of policiesAt(view, view.repository)) {
    const other = addresses.find((address) => !remoteAllowed(policy.rules, address));
    if (other !== undefined) throw refusal(remote, other, policy);
  }
}

function refusal(
  remote: string,
  address: string,
  { id, rules }: ReturnType<typeof policiesAt>[number],
): HeddleError {
  const place = remotePlace(address);
  const advice =
    place === undefined
      ? 'give the remote an absolute address that tells where it leads: `git remote set-url NAME URL`'
      : `push to a remote that is listed; an owner adds this one, with those listed: \`heddle policy set --remotes ${shellWord(place)}\``;
  return new HeddleError('REMOTE_REFUSED', 'a policy does not list where this would be pushed to', {
    facts: { remote, address: place ?? NOT_TOLD, policy: id, remotes: [...(rules.remotes ?? [])], advice },
    preserved: 'nothing was pushed',
  });
}

/** It may hold a password in a way that nobody knows. */
const NOT_TOLD = 'one of which cannot be told where it leads';
