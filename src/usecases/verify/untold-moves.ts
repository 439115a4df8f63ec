import type { StateId } from '#domain/id.ts';
import type { OperationKind, OperationLine } from '#domain/operation/operation.ts';
import {
  AUTHORITY_REF,
  HEDDLE_REFS,
  IMPORTS_REF,
  isThreadHead,
  REQUESTS_REF,
  REVIEWS_REF,
  TOMBSTONES_REF,
} from '#domain/refs.ts';

/**
 * Moves that lines made whose sidecars were redacted: what a line did, nobody is told any more, but its kind and the
 * states that it made tell what it cannot have done. Lines come in their order.
 */
export class UntoldMoves {
  readonly #untold: { readonly line: OperationLine; readonly moves: (name: string) => boolean }[] = [];
  readonly #told = new Map<string, number>();
  readonly #states = new Set<StateId>();

  /** Takes in an allowed line whose sidecar is gone. */
  note(line: OperationLine): void {
    this.#untold.push({ line, moves: movesOf(line.op) });
    for (const state of line.states) this.#states.add(state);
  }

  /** Takes in where a line says that a ref is from then on. */
  tell(name: string, lamport: number): void {
    this.#told.set(name, lamport);
  }

  /** Whether a ref may have been moved since it was last told of. */
  mayHaveMoved(name: string): boolean {
    const since = this.#told.get(name) ?? -1;
    return this.#untold.some(({ line, moves }) => line.lamport > since && moves(name));
  }

  /** Whether one of these lines names a state. */
  names(state: StateId): boolean {
    return this.#states.has(state);
  }
}

const ONE_SET: Readonly<Partial<Record<OperationKind, string>>> = {
  request: REQUESTS_REF,
  approve: REQUESTS_REF,
  deny: REQUESTS_REF,
  review: REVIEWS_REF,
  'attribution-import': IMPORTS_REF,
};

const NO_REF: ReadonlySet<OperationKind> = new Set([
  'token-mint',
  'token-attenuate',
  'run-start',
  'run-end',
  'thread-claim',
  'thread-release',
  'recovery',
  'attribution-export',
  'abort',
  'secrets-allow',
]);

const AUTHORITY_ALONE: ReadonlySet<OperationKind> = new Set([
  'init',
  'key-add',
  'key-revoke',
  'key-rotate',
  'grant-add',
  'grant-remove',
  'policy-set',
  'freeze',
  'unfreeze',
  'token-revoke',
]);

const REMOVALS: ReadonlySet<OperationKind> = new Set(['redact', 'lift', 'purge', 'receipt']);

/** What a line of a kind can have moved; with any, its author may have endorsed the clone. */
function movesOf(op: OperationKind): (name: string) => boolean {
  if (NO_REF.has(op) || AUTHORITY_ALONE.has(op)) return (name) => name === AUTHORITY_REF;
  const set = ONE_SET[op];
  // An approval may give what was asked for.
  if (set !== undefined) return (name) => name === set || name === AUTHORITY_REF;
  if (REMOVALS.has(op)) {
    return (name) => name === TOMBSTONES_REF || name === AUTHORITY_REF || isThreadHead(name);
  }
  return (name) => name.startsWith(HEDDLE_REFS) && name !== TOMBSTONES_REF;
}
