/** A question about one request names a few resources, each of them many times. */
const MOST_KEPT = 256;
/** A long text's answer may be as long as its square. */
const LONGEST_KEPT = 256;

/**
 * The same function, which keeps what it answered to short texts lately: of what has one answer, and one that nobody
 * changes. What is thrown is thrown anew.
 */
export function keepingLately<Answer extends object>(
  answer: (text: string) => Answer,
): (text: string) => Answer {
  const kept = new Map<string, Answer>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const made = answer(text);
    if (text.length > LONGEST_KEPT) return made;
    if (kept.size === MOST_KEPT) kept.clear();
    kept.set(text, made);
    return made;
  };
}
