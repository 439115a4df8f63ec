import type { PresentedCredential } from '#domain/decision/decision.ts';

type RefusalCode = Extract<PresentedCredential, { readonly kind: 'unreadable' }>['code'];

/** Why a token is not one of ours. Thrown and caught inside this folder only; never holds token bytes. */
export class TokenRefusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, why: string) {
    super(why);
    this.name = 'TokenRefusal';
    this.code = code;
  }
}

/** A refusal for bytes or contents that no heddle writes. */
export function malformed(why: string): TokenRefusal {
  return new TokenRefusal('CREDENTIAL_MALFORMED', why);
}

/** A refusal for a signature or a chain of holders that does not hold. */
export function tampered(why: string): TokenRefusal {
  return new TokenRefusal('CREDENTIAL_TAMPERED', why);
}
