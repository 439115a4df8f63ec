import { HeddleError, invariant } from '#domain/error.ts';
import type { TokenAttenuateResult } from '#domain/results/token-results.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { DelegationBlock, PublicKeyHex, TokenBlock, TokenCheck } from '#domain/token/token.ts';
import { effectiveScope, findWidening, type ChildRequest } from '#domain/token/token-scope.ts';
import { describeBlock, describeCheck } from '#domain/token/token-words.ts';
import type { Credential, SecretChannel } from '#ports/keys.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { expiryFrom, wholeSecond } from '#usecases/keys/login.ts';
import { holding } from './given-credential.ts';
import { assertCredentialPlace } from './credential-place.ts';
import { budgetArgs, narrowingChecks, type Narrowing } from './narrowing.ts';
import { recordTokenMade } from './record-token.ts';

/** A child's life unless the caller says otherwise: 1 hour. */
export const CHILD_LIFE = 3_600_000;
/** How many more agents a child may add unless the caller says otherwise. */
const CHILD_DEPTH = 1;

/** What a child is made of, wherever it goes. */
export interface ChildOptions extends Narrowing {
  readonly agent: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** Credential file to narrow; null for the caller's own. */
  readonly from: string | null;
  /** The credential to narrow, where it is in no file. */
  readonly given?: Credential;
}

export interface AttenuateOptions extends ChildOptions {
  /** Null where the credential is printed, or goes to `channel`. */
  readonly file: string | null;
  readonly channel?: SecretChannel;
}

/** What attenuation made; the credential is secret and leaves only by a file, a channel or the explicit `--stdout`. */
export interface Attenuated {
  readonly result: Omit<TokenAttenuateResult, 'credential' | 'descriptor'>;
  /** A credential file's text. */
  readonly credential: string;
}

/**
 * Narrows the caller's credential for an agent, offline and wherever its root key may be known: what comes of it
 * is judged where it is used. The parent is not changed. Throws `TOKEN_WIDENS` naming the block that would stop
 * what was asked for, `TOKEN_INVALID` where there is no usable parent.
 */
export async function attenuateToken(
  machine: Machine,
  workspace: Workspace | null,
  options: AttenuateOptions,
): Promise<Attenuated> {
  const { file } = options;
  const { credential, plain, ...made } = await makeChild(machine, options);
  if (file !== null) await assertCredentialPlace(machine, workspace, file);
  const logged = workspace === null ? null : { ...workspace, ...narrowFrom(machine, options) };
  const args = { ...made, ...budgetArgs(options) };
  const inspected = machine.tokens.inspect(credential.token);
  invariant(inspected.kind === 'readable', 'what was narrowed can be read');
  const { blocks } = inspected;
  const operation = await recordTokenMade(logged, 'token-attenuate', { args, blocks });
  const text = machine.credentials.format(credential);
  if (file !== null) await machine.credentials.write(file, credential);
  await options.channel?.write(text);
  const { agent, holder, expires } = made;
  return { result: { file, agent, holder, expires, plain, operation }, credential: text };
}

/** A token that was made and is nowhere yet. */
export interface MadeChild {
  readonly agent: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant;
  readonly session: string;
  readonly principal: string;
  /** Revocation id of its last block. */
  readonly block: string;
  readonly plain: readonly string[];
  /** Secret. */
  readonly credential: Credential;
}

/** Makes a narrower token in memory; the rest of {@link attenuateToken} hands it out. Throws the same. */
export async function makeChild(machine: Machine, options: ChildOptions): Promise<MadeChild> {
  const { agent } = options;
  const parent = await requireParent(narrowFrom(machine, options));
  const holder = machine.tokens.newHolder();
  const { checks, expires } = childChecks(machine, parent.blocks, { ...options, holder: holder.publicKey });
  assertPairNamed(options);
  assertOwnChecksHold(options);
  assertNotWider(parent.blocks, { ...options, checks });
  const { provider, model } = options;
  const block: DelegationBlock = {
    kind: 'delegation',
    agent,
    holder: holder.publicKey,
    provider,
    model,
    checks,
  };
  const token = machine.tokens.attenuate(parent.credential.token, parent.credential.holder, block);
  const provenance = { madeAt: wholeSecond(machine.clock.now()), madeBy: leafName(parent.blocks) };
  return {
    agent,
    holder: holder.publicKey,
    expires,
    ...namesOf(machine, token),
    plain: [describeBlock(block)],
    credential: { token, holder, provenance },
  };
}

/** By what a new token can be told, and ended, later. */
function namesOf(
  machine: Machine,
  token: Uint8Array,
): { readonly session: string; readonly principal: string; readonly block: string } {
  const inspected = machine.tokens.inspect(token);
  const [authority] = inspected.kind === 'readable' ? inspected.blocks : [];
  const block = inspected.kind === 'readable' ? inspected.revocationIds.at(-1) : undefined;
  invariant(authority?.kind === 'authority' && block !== undefined, 'what was narrowed can be read');
  return { session: authority.session, principal: authority.principal, block };
}

/** The machine as it is when the caller's credential is the one to narrow. */
function narrowFrom(machine: Machine, { from, given }: Pick<ChildOptions, 'from' | 'given'>): Machine {
  if (given !== undefined) return holding(machine, given);
  return from === null ? machine : { ...machine, said: { ...machine.said, credentialPath: from } };
}

interface Parent {
  readonly credential: Credential;
  readonly blocks: readonly TokenBlock[];
}

async function requireParent(machine: Machine): Promise<Parent> {
  const caller = await identifyCaller(machine, null);
  const path = machine.said.credentialPath;
  const credential =
    path === null
      ? await machine.credentials.readSession(caller.actor.principal)
      : await machine.credentials.read(path);
  if (credential === undefined || caller.origin === 'none')
    throw unusable(
      'there is no credential to narrow',
      machine.said.agentDetected === null ? LOG_IN : AGENTS_OWN,
    );
  const inspected = machine.tokens.inspect(credential.token);
  if (inspected.kind === 'unreadable') throw unusable('the credential cannot be read');
  return { credential, blocks: inspected.blocks };
}

const LOG_IN = 'log in with `heddle login`, or name a credential file in HEDDLE_CREDENTIAL';
const AGENTS_OWN =
  'an agent needs a credential of its own, named in HEDDLE_CREDENTIAL: a person makes one with `heddle token attenuate`';

function unusable(why: string, advice: string | null = null): HeddleError {
  return new HeddleError('TOKEN_INVALID', why, {
    facts: { variable: 'HEDDLE_CREDENTIAL', verb: 'heddle login', advice },
    preserved: 'no token was made',
  });
}

/** What was asked for, and the defaults: an end, and how many agents may follow. */
function childChecks(
  machine: Machine,
  parents: readonly TokenBlock[],
  options: ChildOptions & { readonly holder: PublicKeyHex },
): { readonly checks: readonly TokenCheck[]; readonly expires: Instant } {
  const { notAfter, depth } = effectiveScope(parents);
  const expires = childExpiry(machine, options, notAfter);
  const agents = parents.filter((block) => block.kind === 'delegation').length + 1;
  const left = depth === null ? CHILD_DEPTH : Math.max(0, Math.min(CHILD_DEPTH, depth - agents));
  const checks: readonly TokenCheck[] = [
    { kind: 'time', notAfter: expires },
    ...narrowingChecks(options, options.holder),
    { kind: 'depth', atMost: agents + (options.depth ?? left) },
  ];
  return { checks, expires };
}

/** A life that was not asked for never passes the parent's; one that was is refused if it does. */
function childExpiry(
  machine: Machine,
  { life, usualLife = CHILD_LIFE }: Narrowing,
  parentEnds: Instant | null,
): Instant {
  const ends = expiryFrom(machine, life ?? usualLife);
  const beyond = parentEnds !== null && instantMilliseconds(ends) > instantMilliseconds(parentEnds);
  return life === null && beyond ? parentEnds : ends;
}

/** Who narrows: the last agent, or the principal. */
function leafName(blocks: readonly TokenBlock[]): string {
  const names = blocks.flatMap((block) => {
    if (block.kind === 'attenuation') return [];
    return [block.kind === 'delegation' ? block.agent : block.principal];
  });
  return names.at(-1) ?? 'unknown';
}

function assertPairNamed({ provider, model }: ChildOptions): void {
  if ((provider === null) === (model === null)) return;
  const missing = provider === null ? 'provider' : 'model';
  throw new HeddleError('PROVIDER_MODEL_PAIR', `the agent's ${missing} is missing`, {
    facts: { missing, flag: `--${missing}` },
    preserved: 'no token was made',
  });
}

/** A child that its own checks stop could never be used. */
function assertOwnChecksHold(child: ChildOptions): void {
  const pairs = [
    ['provider', child.provider, child.onlyProviders ?? []],
    ['model', child.model, child.onlyModels ?? []],
  ] as const;
  for (const [what, name, only] of pairs) {
    if (name === null || only.length === 0 || only.includes(name)) continue;
    throw new HeddleError('USAGE', `the agent's own ${what} is none of those that it would be bound to`, {
      facts: { asked: name, expected: only, flag: `--only-${what}` },
      preserved: 'no token was made',
    });
  }
}

function assertNotWider(parents: readonly TokenBlock[], child: ChildRequest): void {
  const widening = findWidening(parents, child);
  if (widening === undefined) return;
  const by = widening.agent ?? 'the authority block';
  throw new HeddleError('TOKEN_WIDENS', `${widening.asked} is more than the parent has`, {
    facts: {
      asked: widening.asked,
      block: widening.block,
      agent: widening.agent,
      check: describeCheck(widening.check),
    },
    preserved: `no token was made; block ${widening.block} (${by}) would stop it`,
  });
}
