import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId } from '#domain/id.ts';
import { parseResource } from '#domain/resource/resource.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import { isPublicKey } from '#domain/token/public-key.ts';
import type { PublicKeyHex, TokenBlock, TokenCheck } from '#domain/token/token.ts';
import type { RawEd25519 } from '#ports/keys.ts';
import { TOKEN_LIMITS } from './wire/limits.ts';
import { malformed } from './wire/refusal.ts';

const CONTROL = /\p{Cc}/u;

/**
 * Checks what a block's type does not say, alike for blocks that are read and blocks about to be signed:
 * texts bounded and clean, holder keys usable, checks neither empty nor too many, budgets those of the block's own
 * token. Throws `TokenRefusal`.
 *
 * @param holderBefore of the nearest block before that names one; undefined for the first block.
 */
export function lintBlock(block: TokenBlock, keys: RawEd25519, holderBefore: PublicKeyHex | undefined): void {
  if (block.checks.length > TOKEN_LIMITS.checks) throw malformed('a block has more than 64 checks');
  for (const check of block.checks) lintCheck(check);
  lintBudgets(block.checks, block.kind === 'attenuation' ? holderBefore : block.holder);
  switch (block.kind) {
    case 'authority':
      [block.principal, block.session].forEach(lintText);
      lintRepository(block.repo);
      lintHolder(block.holder, keys);
      lintDate(block.issued);
      lintLife(block.checks);
      return;
    case 'delegation':
      [block.agent, block.provider, block.model].forEach((text) => text === null || lintText(text));
      lintHolder(block.holder, keys);
      return;
    case 'attenuation':
      if (block.checks.length === 0) throw malformed('a first-party block says nothing');
  }
}

function lintCheck(check: TokenCheck): void {
  switch (check.kind) {
    case 'time':
      // Biscuit's dates are whole seconds: another bound would not be the one that was asked for.
      if (instantMilliseconds(check.notAfter) % 1000 !== 0) throw malformed('a time is not in whole seconds');
      lintDate(check.notAfter);
      return;
    case 'depth':
      lintCount(check.atMost, 'a depth is not a count');
      return;
    case 'budget':
      lintCount(check.atMost, 'a budget is not a count');
      return;
    case 'resource':
      lintAlternatives(check.anyOf);
      check.anyOf.forEach(lintResource);
      return;
    case 'operation':
    case 'provider':
    case 'model':
      lintAlternatives(check.anyOf);
  }
}

function lintCount(count: number, why: string): void {
  if (!Number.isSafeInteger(count) || count < 0) throw malformed(why);
}

/** Usage differs by holder: a budget for another key than the token's own would count somebody else's. */
function lintBudgets(checks: readonly TokenCheck[], holder: PublicKeyHex | undefined): void {
  const budgets = checks.filter((check) => check.kind === 'budget');
  if (budgets.some((check) => check.holder !== holder)) throw malformed('a budget is for another holder');
  if (new Set(budgets.map(({ budget }) => budget)).size !== budgets.length) {
    throw malformed('a block has two budgets of a kind');
  }
}

function lintAlternatives(anyOf: readonly string[]): void {
  if (anyOf.length === 0 || anyOf.length > TOKEN_LIMITS.alternatives) {
    throw malformed('a check has no alternative, or more than 64');
  }
  if (new Set(anyOf).size !== anyOf.length) throw malformed('a check has an alternative twice');
  anyOf.forEach(lintText);
}

function lintText(text: string): void {
  const bytes = utf8(text);
  if (bytes.length === 0 || bytes.length > TOKEN_LIMITS.stringBytes) {
    throw malformed('a text is empty or longer than 1 KiB');
  }
  if (decodeUtf8(bytes) !== text || CONTROL.test(text)) throw malformed('a text holds what no text may');
}

function lintResource(text: string): void {
  refuseInvalid(() => parseResource(text), 'a check names a resource that is none');
}

function lintRepository(repo: string): void {
  if (repo !== '*') refuseInvalid(() => parseId('hg', repo), 'the token names no repository');
}

function lintHolder(holder: PublicKeyHex, keys: RawEd25519): void {
  if (!isPublicKey(holder) || !keys.isAcceptableKey(holder)) {
    throw malformed('a holder is not a usable Ed25519 key');
  }
}

function lintDate(instant: Instant): void {
  if (!(instantMilliseconds(instant) >= 0)) throw malformed('a time lies before 1970');
}

function lintLife(checks: readonly TokenCheck[]): void {
  if (!checks.some((check) => check.kind === 'time')) throw malformed('the token would never expire');
}

function refuseInvalid(parse: () => unknown, why: string): void {
  try {
    parse();
  } catch (error: unknown) {
    if (error instanceof HeddleError) throw malformed(why);
    throw error;
  }
}
