import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type {
  EffectiveScope,
  TokenBlockResult,
  TokenDiff,
  TokenInspectResult,
  TokenVerifyResult,
} from '#domain/results/token-results.ts';
import type { Finding } from '#domain/result-parts.ts';
import { chainAgents, type AuthorityBlock, type TokenBlock, type TokenChain } from '#domain/token/token.ts';
import { compareTokens, type ReadToken } from '#domain/token/token-diff.ts';
import { effectiveScope } from '#domain/token/token-scope.ts';
import { describeGain, describeLoss } from '#domain/token/difference-words.ts';
import { blockDatalog, describeBlock } from '#domain/token/token-words.ts';
import { instantWords, type Instant } from '#domain/time.ts';
import type { Machine } from '#ports/workspace.ts';
import { chainExpiry } from '#usecases/caller/identify.ts';

/** Says what a token is, in plain words, also a stranger's, without trusting it. Throws `TOKEN_INVALID`. */
export async function inspectToken(
  machine: Machine,
  token: Uint8Array,
  view: AuthorityView | null,
): Promise<Omit<TokenInspectResult, 'diff'>> {
  const { authority, ...inspected } = readUntrusted(machine, token);
  return {
    principal: authority.principal,
    session: authority.session,
    repo: authority.repo,
    sealed: inspected.sealed,
    root: await rootOf(machine, token, view),
    trust: trustOf(machine, token, view),
    blocks: inspected.blocks.map((block, index) =>
      blockResult(block, index, inspected.revocationIds[index] ?? ''),
    ),
    effective: scopeResult(inspected.blocks),
  };
}

interface Untrusted extends ReadToken {
  readonly authority: AuthorityBlock;
  readonly sealed: boolean;
}

function readUntrusted(machine: Machine, token: Uint8Array): Untrusted {
  const inspected = machine.tokens.inspect(token);
  if (inspected.kind === 'unreadable') {
    throw new HeddleError('TOKEN_INVALID', `this is no token heddle could use: ${inspected.why}`);
  }
  const [authority] = inspected.blocks;
  if (authority?.kind !== 'authority') throw new HeddleError('TOKEN_INVALID', 'it has no authority block');
  return { ...inspected, authority };
}

/** Says what a token gains and loses against its parent, trusting neither. Throws `TOKEN_INVALID`. */
export function diffTokens(
  machine: Machine,
  tokens: { readonly parent: Uint8Array; readonly child: Uint8Array },
): TokenDiff {
  const parent = readUntrusted(machine, tokens.parent);
  const { relation, gains, loses } = compareTokens(parent, readUntrusted(machine, tokens.child));
  return {
    principal: parent.authority.principal,
    session: parent.authority.session,
    via: parent.blocks.flatMap((block) => (block.kind === 'delegation' ? [block.agent] : [])),
    relation,
    gains: gains.map((gain) => ({ ...gain, plain: describeGain(gain) })),
    loses: loses.map((loss) => ({ ...loss, plain: describeLoss(loss) })),
  };
}

function blockResult(block: TokenBlock, index: number, revocationId: string): TokenBlockResult {
  return {
    index,
    kind: block.kind,
    agent: block.kind === 'delegation' ? block.agent : null,
    holder: block.kind === 'attenuation' ? null : block.holder,
    revocationId,
    plain: [describeBlock(block)],
    datalog: blockDatalog(block),
  };
}

/** The published form of what all blocks together leave; of budgets nothing is counted yet. */
export function scopeResult(blocks: readonly TokenBlock[]): EffectiveScope {
  const scope = effectiveScope(blocks);
  const agents = blocks.filter((block) => block.kind === 'delegation').length;
  return {
    operations: scope.operations,
    resources: scope.resources,
    expires: scope.notAfter,
    depthLeft: scope.depth === null ? null : Math.max(0, scope.depth - agents),
    budgets: scope.budgets.map(({ budget, holder, atMost }) => ({ budget, holder, atMost, left: null })),
  };
}

async function rootOf(
  machine: Machine,
  token: Uint8Array,
  view: AuthorityView | null,
): Promise<string | null> {
  const here = (await machine.keys.list()).map((keys) => keys.root);
  const known = view === null ? [] : rootKeys(view);
  const presented = machine.tokens.read(token, [...known, ...here]);
  return presented.kind === 'chain' ? presented.chain.root : null;
}

function trustOf(
  machine: Machine,
  token: Uint8Array,
  view: AuthorityView | null,
): TokenInspectResult['trust'] {
  if (view === null) return 'unchecked';
  const presented = machine.tokens.read(token, rootKeys(view));
  if (presented.kind !== 'chain') return 'unknown-root';
  const [problem] = chainProblems(presented.chain, view);
  if (problem === undefined) return 'trusted';
  return problem.kind === 'revoked' || problem.kind === 'wrong-repository' ? problem.kind : 'unknown-root';
}

type Problem = { readonly kind: 'unknown-root' | 'wrong-repository' | 'revoked'; readonly message: string };

function chainProblems(chain: TokenChain, view: AuthorityView): readonly Problem[] {
  const { authority } = chain;
  const registered = view.principals.find(({ keys }) => keys.root === chain.root);
  const problems: Problem[] = [];
  if (registered === undefined || registered.principal !== authority.principal) {
    problems.push({
      kind: 'unknown-root',
      message: `its root key is not registered for ${authority.principal}`,
    });
  } else if (registered.revoked) {
    problems.push({ kind: 'revoked', message: 'its root key was revoked' });
  }
  if (authority.repo !== '*' && authority.repo !== view.genesis) {
    problems.push({ kind: 'wrong-repository', message: 'it is for another repository' });
  }
  const revoked =
    view.revokedSessions.includes(authority.session) ||
    chain.revocationIds.some((id) => view.revokedBlocks.includes(id));
  if (revoked) problems.push({ kind: 'revoked', message: 'it was revoked' });
  return problems;
}

/** Checks a token as a decision would, short of a request: signatures, root key, repository, life, revocation. */
export async function verifyToken(
  machine: Machine,
  token: Uint8Array,
  options: { readonly view: AuthorityView | null; readonly now: Instant },
): Promise<TokenVerifyResult> {
  const { view, now } = options;
  const roots = view === null ? (await machine.keys.list()).map((keys) => keys.root) : rootKeys(view);
  const presented = machine.tokens.read(token, roots);
  if (presented.kind !== 'chain') {
    const finding = { kind: presented.code, subject: 'token', message: presented.why };
    return { ok: false, principal: null, findings: [finding] };
  }
  const { chain } = presented;
  const findings: Finding[] = (view === null ? [] : chainProblems(chain, view)).map((problem) => ({
    kind: problem.kind,
    subject: agentOf(chain),
    message: problem.message,
  }));
  const ends = chainExpiry(chain);
  if (ends !== null && ends < now) {
    findings.push({ kind: 'expired', subject: agentOf(chain), message: `it ended ${instantWords(ends)}` });
  }
  return { ok: findings.length === 0, principal: chain.authority.principal, findings };
}

function agentOf(chain: TokenChain): string {
  return chainAgents(chain).at(-1)?.agent ?? chain.authority.principal;
}
