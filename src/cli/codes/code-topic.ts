import { ERROR_TABLE } from '#cli/error-table.ts';
import { DENIAL_CODES } from '#domain/decision/decision.ts';
import type { ErrorCode } from '#domain/error.ts';

/** Codes that a topic of help means: all denials, all errors, or one code however it is capitalised. */
export type CodeTopic = 'denials' | 'errors' | { readonly code: string };

/** Every error code and the one of a bug, in the order of the error table. */
export const ERROR_CODES: readonly (ErrorCode | 'BUG')[] = [
  ...Object.keys(ERROR_TABLE).filter(isCode),
  'BUG',
];

function isCode(name: string): name is ErrorCode {
  return Object.hasOwn(ERROR_TABLE, name);
}

/** Undefined where the words of a topic mean no code. */
export function codeTopic(topic: readonly string[]): CodeTopic | undefined {
  const [word = ''] = topic;
  if (topic.length !== 1) return undefined;
  if (word === 'denials' || word === 'errors') return word;
  const code = word.toUpperCase();
  const known: readonly string[] = [...DENIAL_CODES, ...ERROR_CODES];
  return known.includes(code) ? { code } : undefined;
}
