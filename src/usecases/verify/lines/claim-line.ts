import { claimEnd, isOwnClaim, sameClaim, type Claim } from '#domain/claim/claim.ts';
import { readClaim } from '#domain/claim/claim-record.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { instantMilliseconds } from '#domain/time.ts';
import { claimEffect } from '#usecases/threads/claim/undo-claim.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineAsk } from '#usecases/verify/line-decisions.ts';

/** What a line that claims a thread asked for, or what is wrong with it: it claims for its own author, from its time on. */
export function claimAsk({ line, texts }: AllowedLine): LineAsk | string {
  const claim = claimEffect(texts)?.claim;
  if (claim === undefined || claim === null) return 'it claims no thread, or does more';
  const { actor, holder, at } = line;
  const theirs =
    claim.holder === holder &&
    claim.principal === actor.principal &&
    claim.agent === actor.agent &&
    claim.session === actor.session &&
    claim.since === at &&
    claim.heartbeat === at;
  if (!theirs) return 'it claims a thread for somebody else, or for another time';
  return { operation: 'thread:claim', own: false, thread: claim.thread };
}

/** The same of one that gives a claim back: an own one, or somebody's by force. */
export function releaseAsk(
  { line, texts }: AllowedLine,
  signer: LineSigner,
  before: Iterable<LoggedOperation>,
): LineAsk | string {
  const effect = claimEffect(texts);
  if (effect === undefined || effect.claim !== null) return 'it gives no claim back, or does more';
  const { thread } = effect;
  const ended = claimEffect(texts.inverse)?.claim ?? null;
  if (ended !== null && !(ended.thread === thread && wasMade(ended, line.lamport, before))) {
    return 'it gives back a claim that nobody made there';
  }
  const chain = signer.kind === 'chain' ? signer.chain : null;
  if (ended !== null && isOwnClaim(ended, chain)) return { operation: 'thread:claim', own: false, thread };
  const forced = jsonField(jsonField(texts.args, 'verb'), 'force') === true;
  return forced ? { operation: 'thread:drop', own: false, thread } : "it gives somebody else's claim back";
}

/** A line whose sidecar was replaced may be the one that made it. */
function wasMade(claim: Claim, before: number, operations: Iterable<LoggedOperation>): boolean {
  for (const { line, texts } of operations) {
    if (line.lamport >= before || line.verdict.verdict === 'deny') continue;
    if (texts === 'redacted') {
      if (line.op === 'thread-claim') return true;
      continue;
    }
    const made = claimEffect(texts)?.claim;
    if (made && made.thread === claim.thread && sameClaim(made, claim)) return true;
  }
  return false;
}

/** What is wrong with a line by which a clone ends a claim that nobody holds any more. */
export function recoveryProblem({ line, texts }: AllowedLine, signer: LineSigner): string | undefined {
  const effect = claimEffect(texts);
  if (effect === undefined || effect.claim !== null) return 'a recovery changes more than a claim';
  if (signer.kind !== 'replica') return 'a claim was ended by somebody in the name of a clone';
  const verb = jsonField(texts.args, 'verb');
  const ended = readEnded(jsonField(verb, 'claim'));
  if (ended?.thread !== effect.thread) return 'it ends another claim than it names';
  if (jsonField(verb, 'why') === 'thread-gone') return undefined;
  return instantMilliseconds(line.at) < claimEnd(ended) ? 'it ends a claim before its time' : undefined;
}

function readEnded(value: ReturnType<typeof jsonField>): Claim | undefined {
  try {
    const reader = new JsonReader(value, 'claim');
    const claim = readClaim(reader);
    reader.end();
    return claim;
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
