import { denialResult } from '#domain/decision/denial-result.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError, type ErrorFacts } from '#domain/error.ts';
import { isInstant } from '#domain/time.ts';
import { RefusedPushError } from '#domain/server/push-refusal.ts';
import type { ToldDenial } from '#domain/server/told-denial.ts';
import { denialText } from './denial-text.ts';
import { ERROR_TABLE, hintFor, type ExitCode } from './error-table.ts';
import { toldDenialLines } from './refused-push-text.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { escapeText, type Terminal } from './terminal-text.ts';

/** What stderr gets for a failure, and how the process ends. */
export interface ErrorReport {
  readonly exit: ExitCode;
  /** `heddle/error/v1` or `heddle/denial/v1`. */
  readonly json: object;
  /** Lines, safe for a terminal. */
  text(terminal: Terminal): readonly string[];
}

/** Reports whatever was thrown; what is not heddle's own error is a bug in heddle and ends with 70. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof DeniedError) return reportDenial(error);
  return error instanceof HeddleError ? reportExpected(error) : reportBug();
}

function reportDenial({ recorded }: DeniedError): ErrorReport {
  return {
    exit: 77,
    json: { schema: 'heddle/denial/v1', ...denialResult(recorded) },
    text: (terminal) => denialText(recorded, terminal),
  };
}

function reportExpected(error: HeddleError): ErrorReport {
  const { code, message, facts, preserved } = error;
  const refused = error instanceof RefusedPushError ? error : undefined;
  const denials = refused?.denials ?? [];
  const { exit, fix } = ERROR_TABLE[code];
  const hint = hintFor(code, facts);
  const told = Array.isArray(facts['command']) ? facts['command'].map(String) : fix;
  const fixes = told === null ? [] : [{ argv: told, who: [], needs: null, why: hint ?? message }];
  return {
    exit,
    json: {
      schema: 'heddle/error/v1',
      code,
      message,
      exit,
      facts: denials.length > 0 ? { ...facts, denials } : facts,
      preserved,
      hint,
      fixes,
    },
    text: (terminal) => [
      `${terminal.paint('bad', 'error:')} ${escapeText(message)}`,
      ...factLines(message, facts, terminal),
      ...deniedLines(denials, refused?.from ?? null),
      ...(preserved === null ? [] : [`  ${escapeText(preserved)}`]),
      ...(hint === null ? [] : [`${terminal.paint('place', 'hint:')} ${escapeText(hint)}`]),
    ],
  };
}

/** Facts that the hint tells. */
const UNSHOWN: readonly string[] = ['advice', 'command', 'expected', 'suggestion', 'help'];

/** What the message and the hint leave out of the facts. */
function factLines(message: string, facts: ErrorFacts, terminal: Terminal): readonly string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (value === null || UNSHOWN.includes(name)) return [];
    const shown = Array.isArray(value) ? listText(name, value) : [String(value)];
    return shown.flatMap((line) =>
      line === '' || (name === 'path' ? namesPath(message, line) : message.includes(line))
        ? []
        : [`  ${escapeText(name).padEnd(11)}${valueText(line, terminal)}`],
    );
  });
}

function valueText(value: string, terminal: Terminal): string {
  return isInstant(value) ? `${terminal.time(value)}, ${terminal.distance(value)}` : escapeText(value);
}

/** A command that a remote names is its own advice. */
function deniedLines(denials: readonly ToldDenial[], from: string | null): readonly string[] {
  const lines = toldDenialLines(denials);
  if (from === null || lines.length === 0) return lines;
  const whose = `  ${escapeText(from)} says the following, and nothing here verified it:`;
  return [whose, ...lines.map((line) => `  ${line}`)];
}

/** Each by itself: what others said. */
const LINE_BY_LINE: readonly string[] = ['refused', 'said'];

function listText(name: string, value: readonly string[]): readonly string[] {
  if (LINE_BY_LINE.includes(name)) return value;
  return [name === 'fix' ? shellLine(value) : value.join(', ')];
}

/** A file may be called like any word of the message. */
function namesPath(message: string, path: string): boolean {
  return !/^[a-z]+$/.test(path) && ` ${message} `.replaceAll(/[:,] /g, ' ').includes(` ${path} `);
}

const BUG = 'this is a bug in heddle';
const BUG_HINT = 'run it again with HEDDLE_TRACE=1 and report what it prints';

/** Says nothing of the error itself: a stack or message can hold what may not be shown. */
function reportBug(): ErrorReport {
  const json = { code: 'BUG', message: BUG, exit: 70, facts: {}, preserved: null, hint: BUG_HINT, fixes: [] };
  return {
    exit: 70,
    json: { schema: 'heddle/error/v1', ...json },
    text: (terminal) => [`${terminal.paint('bad', 'error:')} ${BUG}`, `hint: ${BUG_HINT}`],
  };
}
