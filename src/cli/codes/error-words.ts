import type { ErrorCode } from '#domain/error.ts';
import { ASKING_WORDS } from './words/asking-words.ts';
import { KEPT_WORDS } from './words/kept-words.ts';
import type { ErrorWords } from './words/words-of-code.ts';
import { WORK_WORDS } from './words/work-words.ts';

/** Words for every code; one without does not compile. Only help and its page need them. */
export const ERROR_WORDS: Readonly<Record<ErrorCode | 'BUG', ErrorWords>> = {
  ...ASKING_WORDS,
  ...WORK_WORDS,
  ...KEPT_WORDS,
};
