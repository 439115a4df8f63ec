import type {
  AuthorisationRequest,
  EngineVerdict,
  EvaluateToken,
  FailedCheck,
} from '#domain/decision/decision.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { checkDatalog, describeCheck } from '#domain/token/token-words.ts';
import type { TokenBlock, TokenChain } from '#domain/token/token.ts';
import type { ResourceGroup } from './groups.ts';
import { factsFor, holdsNeeded } from '#domain/decision/request-facts.ts';

/** How one group fares: what its scope refused, and whether the role is held. */
export type GroupOutcome =
  | { readonly kind: 'evaluated'; readonly failed: readonly IndexedCheck[]; readonly held: boolean }
  | { readonly kind: 'limit'; readonly why: string };

/** A failed check with its place in the block. */
export interface IndexedCheck {
  readonly check: number;
  readonly failed: FailedCheck;
}

/** Facts beyond this are a hostile path, and would cost the engine more than it may take. */
const MOST_FACTS = 1024;

/**
 * Evaluates one group twice: by the Biscuit engine on the token's bytes, and on the decoded blocks. Where the
 * two differ in anything, nothing can be trusted, and that is a limit.
 */
export function evaluateGroup(
  request: AuthorisationRequest,
  credential: { readonly chain: TokenChain; readonly bytes: Uint8Array },
  options: { readonly group: ResourceGroup; readonly evaluate: EvaluateToken },
): GroupOutcome {
  const { chain, bytes } = credential;
  const resource = options.group.representative;
  const facts = factsFor(request, chain, resource);
  if (facts.within.length + facts.grants.length > MOST_FACTS) {
    return { kind: 'limit', why: `${resource.slice(0, 200)} has too many ancestors` };
  }
  const failed = failedChecks(chain, (check) => evaluateCheck(check, facts));
  const held = holdsNeeded(request, chain.authority.principal, resource);
  const verdict = run(options.evaluate, bytes, chain, facts);
  if (verdict.kind === 'limit') return verdict;
  return agrees(verdict, failed, held)
    ? { kind: 'evaluated', failed, held }
    : { kind: 'limit', why: 'two evaluations of the token differ' };
}

/** Whatever the engine throws is a denial, never a way past one. */
function run(
  evaluate: EvaluateToken,
  bytes: Uint8Array,
  chain: TokenChain,
  facts: Parameters<EvaluateToken>[2],
): EngineVerdict {
  try {
    return evaluate(bytes, chain.root, facts);
  } catch {
    return { kind: 'limit', why: 'the token could not be evaluated' };
  }
}

/** The checks of a chain that an evaluation refuses, with what each asks for. */
export function failedChecks(
  chain: TokenChain,
  outcomeOf: (check: TokenBlock['checks'][number]) => ReturnType<typeof evaluateCheck>,
): readonly IndexedCheck[] {
  return chain.blocks.flatMap((block, blockIndex) =>
    block.checks.flatMap((check, checkIndex) => {
      const { holds: passes, expected, actual } = outcomeOf(check);
      if (passes) return [];
      const failed: FailedCheck = {
        block: blockIndex,
        agent: block.kind === 'delegation' ? block.agent : null,
        check: describeCheck(check),
        datalog: checkDatalog(check),
        expected,
        actual,
      };
      return [{ check: checkIndex, failed }];
    }),
  );
}

function agrees(verdict: EngineVerdict, failed: readonly IndexedCheck[], held: boolean): boolean {
  switch (verdict.kind) {
    case 'allow':
      return failed.length === 0 && held;
    case 'no-match':
      return failed.length === 0 && !held;
    case 'checks-failed': {
      const ours = failed.map((entry) => `${entry.failed.block}/${entry.check}`);
      const theirs = new Set(verdict.failed.map(({ block, check }) => `${block}/${check}`));
      return ours.length > 0 && ours.length === theirs.size && ours.every((key) => theirs.has(key));
    }
    case 'limit':
      return false;
  }
}
