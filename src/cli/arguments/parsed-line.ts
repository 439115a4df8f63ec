import { usage, type Typed, type TypedValues } from './command-input.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/** What holds for every verb. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly color: ColorChoice;
  /** As typed; null for the current directory. */
  readonly directory: string | null;
}

export type ParsedLine =
  | { readonly kind: 'verb'; readonly typed: Typed; readonly globals: GlobalOptions }
  /** `topic`: words of a verb or a group; empty for the first screen. */
  | {
      readonly kind: 'help';
      readonly topic: readonly string[];
      readonly all: boolean;
      readonly globals: GlobalOptions;
    }
  | { readonly kind: 'version'; readonly globals: GlobalOptions };

/** Throws `USAGE`. */
export function globalsOf(options: TypedValues): GlobalOptions {
  const color = options.get('color')?.at(-1) ?? 'auto';
  if (color !== 'auto' && color !== 'always' && color !== 'never') {
    throw usage(`--color cannot be '${color.slice(0, 60)}'`, { expected: ['auto', 'always', 'never'] });
  }
  return {
    json: options.has('json'),
    color,
    directory: options.get('directory')?.at(-1) ?? null,
  };
}

/** Tells whether `--json` was asked for, where the line itself could not be parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}
