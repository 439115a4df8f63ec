import { authorise } from '#domain/decision/authorise.ts';
import type {
  AuthorisationRequest,
  Decision,
  EngineFacts,
  EvaluateToken,
} from '#domain/decision/decision.ts';
import { relevantPlaces } from '#domain/decision/relevant-places.ts';
import { decodeUtf8, formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { Digest } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';

/*
 * What the engine let pass, a line of at most 64 each, the newest first:
 *
 *   <digest of kind "verdict", keyed with the clone's secret, of the canonical JSON
 *    {"asked","engine","head","root","token"}>
 *
 * `asked` is all that the engine is told but for the time, `engine` which one it is, `head` the newest authority record,
 * `token` all of its bytes. The secret lies in the home: whoever writes the repository alone cannot make a line that is
 * believed. The engine says the same of the same, so a line stays true for ever. What it says changes with the time only
 * as checks say, which are in the token; what changes with what was spent is not remembered.
 */

const MOST_LINES = 64;

type Remembering = Pick<Workspace, 'verdictCache' | 'knownReplica' | 'tokens'>;

/**
 * The one decision, without the engine where each question for it was answered before, in this home; otherwise with it,
 * and what it lets pass is remembered. All that is not the engine's is decided anew.
 */
export async function authoriseRemembering(
  workspace: Remembering,
  request: AuthorisationRequest,
): Promise<Decision> {
  if (request.credential.kind !== 'chain') return authorise(request, unasked);
  const memory = await VerdictMemory.open(workspace, request);
  if (memory !== undefined) {
    const decision = authorise(request, memory.recall);
    if (!memory.missed) return decision;
  }
  const engine = await workspace.tokens.loadEngine();
  if (memory === undefined) return authorise(request, engine);
  const decision = authorise(request, memory.noting(engine));
  await memory.write();
  return decision;
}

/** Whoever has no token is refused before anything is evaluated. */
const unasked: EvaluateToken = () => ({ kind: 'limit', why: 'there is no token to evaluate' });

class VerdictMemory {
  readonly #workspace: Remembering;
  readonly #identity: ReplicaIdentity;
  readonly #request: AuthorisationRequest;
  readonly #chain: TokenChain;
  readonly #known: readonly string[];
  readonly #fresh = new Set<Digest>();
  missed = false;

  private constructor(
    workspace: Remembering,
    identity: ReplicaIdentity,
    rest: {
      readonly request: AuthorisationRequest;
      readonly chain: TokenChain;
      readonly known: readonly string[];
    },
  ) {
    this.#workspace = workspace;
    this.#identity = identity;
    this.#request = rest.request;
    this.#chain = rest.chain;
    this.#known = rest.known;
  }

  /** Undefined where this home remembers nothing, or there is nothing to be remembered. */
  static async open(
    workspace: Remembering,
    request: AuthorisationRequest,
  ): Promise<VerdictMemory | undefined> {
    const { credential } = request;
    const identity = await knownHome(workspace);
    if (credential.kind !== 'chain' || identity === undefined) return undefined;
    const file = await workspace.verdictCache.read(identity.replica);
    const known = file === undefined ? [] : (decodeUtf8(file)?.split('\n').slice(0, MOST_LINES) ?? []);
    return new VerdictMemory(workspace, identity, { request, chain: credential.chain, known });
  }

  readonly recall: EvaluateToken = (token, root, facts) => {
    if (standsAt(this.#chain, facts.time) && this.#known.includes(this.#lineOf(token, root, facts)))
      return { kind: 'allow' };
    this.missed = true;
    return { kind: 'limit', why: 'nothing is remembered of it' };
  };

  noting(engine: EvaluateToken): EvaluateToken {
    return (token, root, facts) => {
      const verdict = engine(token, root, facts);
      if (verdict.kind === 'allow' && standsAt(this.#chain, facts.time))
        this.#fresh.add(this.#lineOf(token, root, facts));
      return verdict;
    };
  }

  async write(): Promise<void> {
    if (this.#fresh.size === 0) return;
    const lines = [...new Set<string>([...this.#fresh, ...this.#known])].slice(0, MOST_LINES);
    await this.#workspace.verdictCache.write(this.#identity.replica, utf8(lines.join('\n')));
  }

  #lineOf(token: Uint8Array, root: PublicKeyHex, facts: EngineFacts): Digest {
    const { operation, satisfies, grants, depth, provider, model } = facts;
    const within = relevantPlaces(this.#chain, facts);
    const question = {
      asked: { operation, within, satisfies, grants, depth, provider, model },
      engine: this.#workspace.tokens.engine,
      head: this.#request.authority.head,
      root,
      token: formatHex(token),
    };
    return this.#identity.keyed('verdict', encodeCanonical(question));
  }
}

/**
 * Tells whether a verdict of any earlier time, that the checks of a chain hold, is one of this time as well: a check on
 * time holds until its end, and the others do not ask for it.
 */
function standsAt(chain: TokenChain, time: Instant): boolean {
  return chain.blocks.every(({ checks }) =>
    checks.every((check) => {
      switch (check.kind) {
        case 'time':
          return time <= check.notAfter;
        case 'budget':
          return false;
        case 'operation':
        case 'resource':
        case 'provider':
        case 'model':
        case 'depth':
          return true;
      }
    }),
  );
}
