import { HeddleError } from '#domain/error.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationId } from '#domain/id.ts';
import { parseResource, formatResource } from '#domain/resource/resource.ts';
import type { TokenAttenuateResult, TokenMintResult } from '#domain/results.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import { chainAgents, type TokenCheck, type DelegationBlock } from '#domain/token/token.ts';
import { findWidening } from '#domain/token/token-scope.ts';
import { describeBlock, describeCheck } from '#domain/token/token-words.ts';
import type { Credential } from '#ports/keys.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { chainExpiry, identifyCaller, requirePrincipal, type Caller } from '#usecases/caller/identify.ts';
import {
  ANY_REPOSITORY,
  expiryFrom,
  mintCredential,
  SESSION_LIFE,
  wholeSecond,
} from '#usecases/keys/login.ts';
import { unlockKeys } from '#usecases/keys/open-keys.ts';
import { recordTokenMade } from './record-token.ts';

/** How a token is narrowed; empty lists narrow nothing. */
export interface Narrowing {
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds; null for the default. */
  readonly life: number | null;
}

/** A child's life unless the caller says otherwise: 1 hour. */
const CHILD_LIFE = 3_600_000;
/** How many more agents a child may add unless the caller says otherwise. */
const CHILD_DEPTH = 1;

/** Mints a token of the caller's principal into a credential file; needs the root key. */
export async function mintToken(
  machine: Machine,
  workspace: Workspace | null,
  options: Narrowing & { readonly file: string },
): Promise<TokenMintResult> {
  const principal = await requirePrincipal(machine);
  const keys = await unlockKeys(machine, principal);
  const expires = expiryFrom(machine, options.life ?? SESSION_LIFE);
  const repo = (await workspace?.records.readClone())?.genesis ?? ANY_REPOSITORY;
  const { credential, session } = mintCredential(machine, keys.root, {
    repo,
    checks: [{ kind: 'time', notAfter: expires }, ...narrowingChecks(options)],
    madeBy: principal,
  });
  await machine.credentials.assertFree(options.file);
  const operation = await record(workspace, 'token-mint', { principal, session });
  await machine.credentials.write(options.file, credential);
  const inspected = machine.tokens.read(credential.token, [keys.root.publicKey]);
  const plain = inspected.kind === 'chain' ? inspected.chain.blocks.map(describeBlock) : [];
  const { file } = options;
  return { file, principal, session, repo, holder: credential.holder.publicKey, expires, plain, operation };
}

export interface AttenuateOptions extends Narrowing {
  readonly agent: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** How many more agents may be added below the child. */
  readonly depth: number | null;
  /** Credential file to narrow; null for the caller's own. */
  readonly from: string | null;
  /** Null where the credential is printed. */
  readonly file: string | null;
}

/** What attenuation made; the credential is secret and leaves only by a file or the explicit `--stdout`. */
export interface Attenuated {
  readonly result: Omit<TokenAttenuateResult, 'credential'>;
  /** A credential file's text. */
  readonly credential: string;
}

/**
 * Narrows the caller's credential for an agent, offline. The parent is not changed. Throws `TOKEN_WIDENS` naming
 * the block that would stop what was asked for, `TOKEN_INVALID` where there is no usable parent.
 */
export async function attenuateToken(
  machine: Machine,
  workspace: Workspace | null,
  options: AttenuateOptions,
): Promise<Attenuated> {
  const { parent, caller } = await requireParent(narrowFrom(machine, options.from));
  const chain = caller.chain;
  if (chain === null) throw unusable('the credential cannot be read');
  const ends = childExpiry(machine, options.life, chainExpiry(chain));
  const agents = chainAgents(chain).length + 1;
  const checks: readonly TokenCheck[] = [
    { kind: 'time', notAfter: ends },
    ...narrowingChecks(options),
    { kind: 'depth', atMost: agents + (options.depth ?? remainingDepth(chain.blocks, agents)) },
  ];
  const { agent, provider, model } = options;
  assertPairNamed(provider, model);
  assertNotWider(chain.blocks, { checks, provider, model });
  const holder = machine.tokens.newHolder();
  const block: DelegationBlock = {
    kind: 'delegation',
    agent,
    holder: holder.publicKey,
    provider,
    model,
    checks,
  };
  const token = machine.tokens.attenuate(parent.token, parent.holder, block);
  if (options.file !== null) await machine.credentials.assertFree(options.file);
  const logged = workspace === null ? null : { ...workspace, ...narrowFrom(machine, options.from) };
  const operation = await record(logged, 'token-attenuate', { agent, holder: holder.publicKey });
  const madeBy = caller.actor.agent ?? caller.actor.principal;
  const credential: Credential = {
    token,
    holder,
    provenance: { madeAt: wholeSecond(machine.clock.now()), madeBy },
  };
  if (options.file !== null) await machine.credentials.write(options.file, credential);
  const plain = [describeBlock(block)];
  const result = { file: options.file, agent, holder: holder.publicKey, expires: ends, plain, operation };
  return { result, credential: machine.credentials.format(credential) };
}

/** The machine as it is when the caller's credential is the named file. */
function narrowFrom(machine: Machine, from: string | null): Machine {
  return from === null ? machine : { ...machine, said: { ...machine.said, credentialPath: from } };
}

async function requireParent(
  machine: Machine,
): Promise<{ readonly parent: Credential; readonly caller: Caller }> {
  const caller = await identifyCaller(machine, null);
  const path = machine.said.credentialPath;
  const parent =
    path === null
      ? await machine.credentials.readSession(caller.actor.principal)
      : await machine.credentials.read(path);
  if (parent === undefined || caller.origin === 'none') {
    throw unusable('there is no credential to narrow');
  }
  return { parent, caller };
}

function unusable(why: string): HeddleError {
  return new HeddleError('TOKEN_INVALID', why, {
    facts: { variable: 'HEDDLE_CREDENTIAL', verb: 'heddle login' },
    preserved: 'no token was made',
  });
}

function narrowingChecks({ operations, resources }: Narrowing): readonly TokenCheck[] {
  const canonical = resources.map((resource) => formatResource(parseResource(resource)));
  return [
    ...(operations.length === 0 ? [] : [{ kind: 'operation' as const, anyOf: operations }]),
    ...(canonical.length === 0 ? [] : [{ kind: 'resource' as const, anyOf: canonical }]),
  ];
}

/** A life that was not asked for never passes the parent's; one that was is refused if it does. */
function childExpiry(machine: Machine, life: number | null, parentEnds: Instant | null): Instant {
  const ends = expiryFrom(machine, life ?? CHILD_LIFE);
  const beyond = parentEnds !== null && instantMilliseconds(ends) > instantMilliseconds(parentEnds);
  return life === null && beyond ? parentEnds : ends;
}

/** The default leaves one more agent, or what the parent has left. */
function remainingDepth(
  blocks: readonly { readonly checks: readonly TokenCheck[] }[],
  agents: number,
): number {
  const limits = blocks
    .flatMap((block) => block.checks)
    .flatMap((check) => (check.kind === 'depth' ? [check.atMost - agents] : []));
  return Math.max(0, Math.min(CHILD_DEPTH, ...limits));
}

function assertPairNamed(provider: string | null, model: string | null): void {
  if ((provider === null) === (model === null)) return;
  const missing = provider === null ? 'provider' : 'model';
  throw new HeddleError('PROVIDER_MODEL_PAIR', `the agent's ${missing} is missing`, {
    facts: { missing, flag: `--${missing}` },
    preserved: 'no token was made',
  });
}

function assertNotWider(
  blocks: Parameters<typeof findWidening>[0],
  child: Parameters<typeof findWidening>[1],
): void {
  const widening = findWidening(blocks, child);
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

async function record(
  workspace: Workspace | null,
  op: 'token-mint' | 'token-attenuate',
  args: Json,
): Promise<OperationId | null> {
  return workspace === null ? null : recordTokenMade(workspace, op, args);
}
