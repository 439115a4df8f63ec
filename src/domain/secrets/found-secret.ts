/** Something that looks like a secret, as people are told of it. */
export interface FoundSecret {
  /** Short name of the rule that knows its shape. */
  readonly rule: string;
  /** Percent-escaped path, or what a text is: `intent`, `task`, `reason`. */
  readonly where: string;
  /** From 1. */
  readonly line: number;
  /** The first characters of a long one, then an ellipsis, whatever its length. */
  readonly masked: string;
}

const SHOWN = 4;
const LONG = 16;

/** What is shown of a secret: nothing of a short one, so that nobody can test a guess. */
export function maskSecret(value: string): string {
  const first = value.length < LONG ? '' : value.slice(0, SHOWN).replaceAll(/[^\x21-\x7e]/g, '');
  return `${first}…`;
}

/** One line for people: place, rule and what is shown of it. */
export function secretLine({ rule, where, line, masked }: FoundSecret): string {
  return `${where}:${line} ${rule} ${masked}`;
}
