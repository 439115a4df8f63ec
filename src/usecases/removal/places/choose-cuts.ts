import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Cut } from '#domain/removal/spans/cuts.ts';
import { lineCuts } from '#domain/removal/spans/line-cuts.ts';
import { matchCuts, secretPatterns } from '#domain/removal/spans/match-cuts.ts';
import { notRedactable, type RemovalPart } from './target.ts';

/**
 * Finds the parts of one content; none where a secret does not stand in it. Throws `NOT_REDACTABLE` where there are no
 * such lines, or too many places.
 */
export function chooseCuts(
  part: RemovalPart,
  {
    path,
    kind,
    bytes,
  }: { readonly path: Uint8Array; readonly kind: 'file' | 'symlink'; readonly bytes: Uint8Array },
): readonly Cut[] {
  if (part.kind === 'match') {
    const cuts = matchCuts(bytes, secretPatterns(part.secret));
    if (cuts === undefined) throw notRedactable(path, 'what goes stands in it too often: redact all of it');
    if (cuts.length > 0 && kind === 'symlink') throw notRedactable(path, LINK);
    return cuts;
  }
  if (kind === 'symlink') throw notRedactable(path, LINK);
  const found = lineCuts(bytes, part.ranges);
  switch (found.kind) {
    case 'binary':
      throw notRedactable(path, 'it is no text, and has no lines: name the bytes with --match-file');
    case 'beyond':
      throw notRedactable(path, `it has no line ${found.line}, only ${found.lines}`);
    case 'cuts':
      if (found.cuts.length > 0) return found.cuts;
      throw notRedactable(path, 'these lines are empty');
  }
}

const LINK = 'it is a symbolic link, which only goes as a whole';

/** The refusal of a secret that stands nowhere; it is not quoted. */
export function noMatch(path: Uint8Array | null): HeddleError {
  const where = path === null ? 'no file of any state' : `no content of ${escapePath(path)} that is meant`;
  return new HeddleError('NOT_FOUND', `${where} holds these bytes as they are`, {
    facts: path === null ? {} : { path: escapePath(path) },
    preserved: 'nothing was changed',
  });
}
