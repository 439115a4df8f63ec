import { HeddleError, type ErrorCode, type HeddleErrorOptions } from '#domain/error.ts';
import { MOST_DENIALS_TOLD, type ToldDenial } from './told-denial.ts';

/** Why a server refuses some of a push, and with that all of it; closed and append-only. */
export const PUSH_REFUSALS = [
  'NOT_ENROLLED',
  'REF_REFUSED',
  'CONTENT_SHUNNED',
  'AUTHORITY_REFUSED',
  'ROLLBACK',
  'RECORD_REFUSED',
  'STATE_REFUSED',
  'LOG_REFUSED',
  'LINE_MISSING',
  'LINE_REFUSED',
  'BRANCH_NOT_LANDED',
  'REF_MOVED',
] as const;
export type PushRefusalCode = (typeof PUSH_REFUSALS)[number];

/** One thing that is wrong with a push. */
export interface PushRefusal {
  readonly code: PushRefusalCode;
  /** A ref, a state, a record, or a replica and line. */
  readonly subject: string;
  /** A clause. */
  readonly message: string;
  /** Where the decision refused it. */
  readonly denial?: ToldDenial;
}

/** A push that a server refused, with the denials behind that. */
export class RefusedPushError extends HeddleError {
  readonly denials: readonly ToldDenial[];
  /** The remote that told them; null for what was decided here. */
  readonly from: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    {
      denials,
      from = null,
      ...options
    }: HeddleErrorOptions & { readonly denials: readonly ToldDenial[]; readonly from?: string | null },
  ) {
    super(code, message, options);
    this.denials = denials;
    this.from = from;
  }
}

/** What helps, by code; told once each. */
const ADVICE: Readonly<Record<PushRefusalCode, string>> = {
  NOT_ENROLLED:
    'push with `heddle push` first, from a clone that was begun with `heddle init`; whoever keeps the server says which genesis it may be: `heddle hook install --server --genesis ID`',
  REF_REFUSED: 'leave that ref out of the push',
  CONTENT_SHUNNED: 'it was redacted or purged: pull, and take it out of what you push',
  AUTHORITY_REFUSED: 'pull first: authority records join there, and an old head never replaces a newer one',
  ROLLBACK: 'pull first; what the server has is never taken back by a push without a line that says so',
  RECORD_REFUSED: 'see which record it is with `heddle verify --all`, and pull before you push again',
  STATE_REFUSED:
    'see which state it is with `heddle verify --all`; work that was not allowed does not get in',
  LOG_REFUSED: 'push from the clone that made it; a log is never edited',
  LINE_MISSING: 'push with `heddle push`, which sends the log along',
  LINE_REFUSED: 'whoever may do it does it: see `heddle can OPERATION RESOURCE`',
  BRANCH_NOT_LANDED:
    'land it: `heddle land THREAD --onto BRANCH`, then `heddle push`; an owner opens a branch to plain pushes with `heddle policy set REPOSITORY@heads/BRANCH --branches open`',
  REF_MOVED: 'somebody pushed meanwhile: pull, and push again',
};

/** Refusals that are told. */
export const MOST_TOLD = 20;

/** The error of a push that is refused, whole. */
export function pushRefused(refusals: readonly PushRefusal[]): HeddleError {
  const told = refusals.slice(0, MOST_TOLD);
  const [first] = told;
  const more = refusals.length - told.length;
  const codes = [...new Set(told.map(({ code }) => code))];
  const denials = told.flatMap(({ denial }) => denial ?? []).slice(0, MOST_DENIALS_TOLD);
  return new RefusedPushError(
    'PUSH_REFUSED',
    `the push is refused: ${first?.message ?? 'nothing of it holds'}`,
    {
      facts: {
        codes,
        refused: [
          ...told.map(({ code, subject, message }) => `${code} ${subject}: ${message}`),
          ...(more > 0 ? [`and ${more} more`] : []),
        ],
        advice: adviceFor(codes),
      },
      preserved: 'nothing of the push was accepted',
      denials,
    },
  );
}

const TOLD = new RegExp(
  `(?:^|[ :])(${PUSH_REFUSALS.join('|')}) ([^ :]{1,1000}(?: [^:]{1,200})?): (.{1,1000})$`,
);

/**
 * The refusal that a line of a server's answer tells of, undefined for any other line. It is the server's word and
 * nothing more; a code that this version does not know is none.
 */
export function readRefusal(line: string): PushRefusal | undefined {
  const [, name, subject = '', message = ''] = TOLD.exec(line) ?? [];
  const code = PUSH_REFUSALS.find((known) => known === name);
  return code === undefined ? undefined : { code, subject, message };
}

/** What helps against refusals of these codes. */
export function adviceFor(codes: readonly PushRefusalCode[]): string {
  return codes.map((code) => ADVICE[code]).join('; ');
}
