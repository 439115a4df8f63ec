import { HOOK_RUN } from '#cli/table/hooks/hook-run-table.ts';
import { isClientHook } from '#domain/hooks/hook-name.ts';
import type { ParsedLine } from './parsed-line.ts';

/**
 * The line with which heddle's own hooks start it, `hook run HOOK -- ARGS`, as `parseArguments` understands it, and
 * without describing any verb; undefined for every other line. git waits for it at each commit.
 */
export function readHookLine(argv: readonly string[]): ParsedLine | undefined {
  const [first, second, hook = '', end, ...rest] = argv;
  if (first !== 'hook' || second !== 'run' || !isClientHook(hook) || end !== '--') return undefined;
  if (rest.includes('')) return undefined;
  const typed = {
    verb: HOOK_RUN,
    arguments: new Map([['HOOK', hook]]),
    words: [],
    options: new Map(),
    rest,
  };
  return { kind: 'verb', typed, globals: { json: false, color: 'auto', directory: null } };
}
