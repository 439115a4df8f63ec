import { jsonField } from '#domain/encoding/json-field.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { makesStates, type LoggedOperation } from '#domain/operation/operation.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import { NO_SPENDING, type Spending, type Spent } from '#domain/token/budget.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';

const MINUTE = 60_000;

/** What was spent under one holder, and since when. */
interface Account extends Spending {
  /** Time of the first line that was signed under it. */
  readonly begun: Instant;
}

/** More than any budget allows. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Adds up what lines spent, for each holder. The order of the lines does not matter. */
export class SpendingLedger {
  readonly #accounts = new Map<PublicKeyHex, Account>();
  readonly #hidden: number;

  /**
   * @param options.hidden what a capture is taken to have spent of files and lines where its sidecar no longer says.
   *   `everything` where it is asked what is left: whoever writes the log could hide what it spent.
   */
  constructor({ hidden }: { readonly hidden: 'nothing' | 'everything' } = { hidden: 'nothing' }) {
    this.#hidden = hidden === 'everything' ? EVERYTHING : 0;
  }

  /** Takes a line that was signed under these holders: a denied one spends nothing, but time runs from it on. */
  add(operation: LoggedOperation, holders: Iterable<PublicKeyHex>): void {
    const { at } = operation.line;
    const spent = spentBy(operation, this.#hidden);
    for (const holder of holders) {
      const known = this.#accounts.get(holder) ?? { ...NO_SPENDING, begun: at };
      this.#accounts.set(holder, {
        states: known.states + spent.states,
        files: Math.min(EVERYTHING, known.files + spent.files),
        lines: Math.min(EVERYTHING, known.lines + spent.lines),
        begun: at < known.begun ? at : known.begun,
      });
    }
  }

  /** What was spent under a holder by then. */
  spentBy(holder: PublicKeyHex, now: Instant): Spent {
    const account = this.#accounts.get(holder);
    if (account === undefined) return { ...NO_SPENDING, holder, minutes: 0 };
    const { states, files, lines, begun } = account;
    const elapsed = instantMilliseconds(now) - instantMilliseconds(begun);
    return { holder, states, files, lines, minutes: Math.max(0, Math.ceil(elapsed / MINUTE)) };
  }
}

/** Every key that holds the token of a chain or of one that it was made from. */
export function holdersOf({ blocks }: Pick<TokenChain, 'blocks'>): ReadonlySet<PublicKeyHex> {
  return new Set(blocks.flatMap((block) => (block.kind === 'attenuation' ? [] : [block.holder])));
}

/**
 * What a line spent: a capture its state, the paths that it touched, and the lines that its sidecar says were changed.
 * Of one whose sidecar was redacted only the state is left to count.
 *
 * @param hidden what stands for the files and for the lines of such a one.
 */
export function spentBy({ line, texts }: LoggedOperation, hidden = 0): Spending {
  if (!makesStates(line.op) || line.verdict.verdict === 'deny') return NO_SPENDING;
  const states = line.states.length;
  if (texts === 'redacted') return { states, files: hidden, lines: hidden };
  const said = jsonField(texts.args, 'spent');
  return { states, files: texts.paths.length, lines: countIn(said, 'lines') };
}

function countIn(said: Json | undefined, name: string): number {
  const value = jsonField(said, name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
