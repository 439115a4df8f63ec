import { ERROR_TABLE } from '#cli/error-table.ts';
import { DENIAL_TABLE } from '#domain/decision/codes/denial-table.ts';
import { DENIAL_CODES, type DenialCode } from '#domain/decision/decision.ts';
import { GATES, type Gate } from '#domain/decision/gate.ts';
import type { ErrorCode } from '#domain/error.ts';
import { ERROR_CODES, type CodeTopic } from './code-topic.ts';
import { ERROR_WORDS } from './error-words.ts';

/** All that is the same wherever a code is met; one item of `heddle/codes/v1`. */
export interface CodeEntry {
  readonly code: string;
  readonly kind: 'denial' | 'error';
  /** The gate that gives it; null for an error. */
  readonly stage: Gate | null;
  /** How the process ends; of a denial, a verb's: `can` ends with 1. */
  readonly exit: number;
  readonly meaning: string;
  readonly cause: string;
  readonly helps: string;
  /** A command that helps whoever meets it, whatever it was about; null where none does. */
  readonly command: readonly string[] | null;
}

/** Every denial code, by the order of the gates. */
export function denialEntries(): readonly CodeEntry[] {
  return GATES.flatMap((gate) => DENIAL_CODES.filter((code) => DENIAL_TABLE[code].stage === gate)).map(
    denialEntry,
  );
}

/** Every error code and the one of a bug, by exit code. */
export function errorEntries(): readonly CodeEntry[] {
  return ERROR_CODES.map(errorEntry).toSorted((a, b) => a.exit - b.exit);
}

/** What a topic of help is about; never empty. */
export function entriesOf(topic: CodeTopic): readonly CodeEntry[] {
  if (topic === 'denials') return denialEntries();
  if (topic === 'errors') return errorEntries();
  return [...denialEntries(), ...errorEntries()].filter(({ code }) => code === topic.code);
}

function denialEntry(code: DenialCode): CodeEntry {
  return { code, kind: 'denial', exit: ERROR_TABLE.DENIED.exit, command: null, ...DENIAL_TABLE[code] };
}

const BUG_EXIT = 70;

function errorEntry(code: ErrorCode | 'BUG'): CodeEntry {
  const { meaning, cause, helps } = ERROR_WORDS[code];
  const { exit, hint, fix } = code === 'BUG' ? { exit: BUG_EXIT, hint: null, fix: null } : ERROR_TABLE[code];
  const kind = 'error';
  return { code, kind, stage: null, exit, meaning, cause, helps: hint ?? helps ?? '', command: fix };
}
