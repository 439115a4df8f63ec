import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS, HEDDLE_REFS } from '#domain/refs.ts';

/*
 * refs    "heddle refs v1\n" (id " " name "\n")…
 *
 * id is 40 small hexadecimal digits, name begins with refs/heddle/; sorted by name, by code units, each once. The file is
 * the only one of the branch's newest commit, whose parents are the branch's commit before and what the names that
 * moved lead to.
 */

/** The branch on which a host that takes no `refs/heddle/*` keeps what they lead to. */
export const FALLBACK_REF = `${BRANCH_REFS}heddle/refs`;

/** The only file of the branch. */
export const FALLBACK_FILE = 'refs';

/** Bounds what is believed before it was checked. */
export const LARGEST_FALLBACK = 4 * 1024 * 1024;

const HEADER = 'heddle refs v1';
const ROW = /^([0-9a-f]{40}) ([^\s]{1,400})$/u;

/** Writes names and ids in the one way. */
export function encodeFallbackRefs(refs: ReadonlyMap<string, string>): Uint8Array {
  const rows = [...refs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, id]) => `${id} ${name}\n`);
  return utf8(`${HEADER}\n${rows.join('')}`);
}

/** Reads them strictly; throws `FORMAT_INVALID`. */
export function parseFallbackRefs(bytes: Uint8Array): ReadonlyMap<string, string> {
  const text = bytes.length <= LARGEST_FALLBACK ? decodeUtf8(bytes) : undefined;
  const [header, ...rows] = text?.split('\n') ?? [];
  if (header !== HEADER || rows.pop() !== '') throw invalid();
  const refs = new Map<string, string>();
  let before = '';
  for (const row of rows) {
    const [, id, name] = ROW.exec(row) ?? [];
    if (id === undefined || name === undefined || name <= before || !name.startsWith(HEDDLE_REFS))
      throw invalid();
    refs.set(name, id);
    before = name;
  }
  return refs;
}

function invalid(): HeddleError {
  return new HeddleError('FORMAT_INVALID', `${FALLBACK_REF} does not hold refs as heddle writes them`, {
    facts: { ref: FALLBACK_REF },
    preserved: 'nothing was changed',
  });
}
