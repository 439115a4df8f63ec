import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { HarnessHome, KnownSession } from '#ports/boundary/harness-ports.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { makeChild, type ChildOptions } from '#usecases/tokens/attenuate-token.ts';
import { recordTokenMade } from '#usecases/tokens/record-token.ts';

/** Sessions that may have a credential at the same time. */
const MOST_SESSIONS = 64;

interface Beginning {
  readonly home: HarnessHome;
  /** By which the session's files are named. */
  readonly session: Digest;
  readonly child: ChildOptions;
}

/**
 * Gives a session its one credential: a child of the caller's own, which the log tells of, or the one that it has from
 * before. Whoever runs as the same user can ask for it by the name of a session; so there are only so many, and after
 * one of them was revoked there is none until a person wires the harness again. Throws `INTEGRATE_REFUSED`, and what
 * `makeChild` throws.
 */
export async function beginSession(
  workspace: Workspace,
  { home, session, child }: Beginning,
): Promise<{ readonly principal: string; readonly expires: Instant }> {
  const { view } = await knowAuthority(workspace);
  const { actor, chain } = await identifyCaller(workspace, view);
  const known = await unended(workspace, home);
  if (known.some(({ block }) => view.revokedBlocks.includes(block)))
    throw refused(REVOKED, 'a person says that sessions may start again: `heddle integrate claude-code`');
  const given = await givenTo(workspace, [chain?.revocationIds.at(-1) ?? null, child]);
  const before = known.find((one) => one.session === session);
  if (before?.live === true && before.given === given) {
    return { principal: actor.principal, expires: before.expires };
  }
  if (known.filter((one) => one.live && one.session !== session).length >= MOST_SESSIONS) {
    throw refused(
      `${MOST_SESSIONS} sessions have a credential here, and none of them has ended`,
      ALL_OF_THEM,
    );
  }
  const { credential, plain: _, ...made } = await makeChild(workspace, child);
  const inspected = workspace.tokens.inspect(credential.token);
  const blocks = inspected.kind === 'readable' ? inspected.blocks : [];
  await recordTokenMade(workspace, 'token-attenuate', { args: made, blocks });
  const { block, expires, principal } = made;
  await home.begin(session, { block, expires, given }, credential);
  return { principal, expires };
}

/** Forgets sessions whose tokens were revoked, with their credentials: a person has wired the harness again. */
export async function forgetRevoked(home: HarnessHome, view: AuthorityView): Promise<void> {
  for (const { session, block } of await home.sessions()) {
    if (view.revokedBlocks.includes(block)) await home.forget(session);
  }
}

const REVOKED = 'the token of a session was revoked here';

/** Sessions whose tokens have not ended; the others are forgotten. */
async function unended(
  { clock }: Pick<Workspace, 'clock'>,
  home: HarnessHome,
): Promise<readonly KnownSession[]> {
  const now = instantMilliseconds(clock.now());
  const left: KnownSession[] = [];
  for (const one of await home.sessions()) {
    if (instantMilliseconds(one.expires) > now) left.push(one);
    else await home.forget(one.session);
  }
  return left;
}

/** By what it is told whether a credential is still what a session would get. */
async function givenTo(
  workspace: Pick<Workspace, 'replica'>,
  [parent, child]: readonly [string | null, ChildOptions],
): Promise<Digest> {
  const { agent, provider, model, operations, resources, life } = child;
  const asked = {
    agent,
    life,
    model,
    operations: [...operations],
    parent,
    provider,
    resources: [...resources],
  };
  const replica = await workspace.replica();
  return replica.keyed('run', utf8(`given ${formatHex(encodeCanonical(asked))}`));
}

const ALL_OF_THEM = '`heddle integrate` with --uninstall, and then without, takes all of them away';

function refused(why: string, advice: string): HeddleError {
  return new HeddleError('INTEGRATE_REFUSED', why, { facts: { advice }, preserved: 'nothing was changed' });
}
