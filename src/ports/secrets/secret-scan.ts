/** What looks like a secret. The value is for comparing and masking: it is never shown, logged or stored. */
export interface SuspectedSecret {
  /** Short name of the rule that knows its shape, such as `github`. */
  readonly rule: string;
  /** From 1. */
  readonly line: number;
  readonly value: string;
}

/** Knows the shapes of secrets. Reads nothing but what it is handed, and starts nothing. */
export interface SecretScanner {
  /** In the order of lines. The file's name decides about a few rules; null for a text that is no file. */
  scan(text: string, name: string | null): readonly SuspectedSecret[];
}

/**
 * Whether a scanner may find anything in a text, without its rules: where this is false, it finds nothing. A name as
 * {@link SecretScanner.scan} takes it.
 */
export type SuspectsSecret = (text: string, name: string | null) => boolean;
