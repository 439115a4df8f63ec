import type { CommandInput } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { withoutLineEnd } from '#domain/encoding/bytes.ts';
import { parseLineRanges } from '#domain/removal/spans/line-cuts.ts';
import { standsInMasks } from '#domain/removal/spans/mask.ts';
import { SHORTEST_MATCH } from '#domain/removal/spans/match-cuts.ts';
import { usageError } from '#domain/usage-error.ts';
import type { RemovalPart } from '#usecases/removal/places/target.ts';

const WAYS = ['lines', 'match-file', 'text', 'name', 'find'] as const;

/** Refuses two ways of saying what is meant; which states are meant is a choice of its own. Throws `USAGE`. */
export function refuseTwo(input: CommandInput): void {
  const given = WAYS.filter((name) => input.text(name) !== null).map((name) => `--${name}`);
  if (given.length > 1) throw usageError('redact', `${given.join(' and ')} exclude each other`);
}

/** Without one a secret goes out of every file that holds it. */
export async function readPath(
  input: CommandInput,
  context: Context,
  part: RemovalPart | null,
): Promise<string | null> {
  const path = input.optionalArgument('PATH');
  if (path !== null) return context.pathFromRoot(path);
  if (part?.kind !== 'match') throw usageError('redact', 'it needs PATH');
  const flag = input.text('state') !== null ? '--state' : input.flag('all') ? '--all' : null;
  if (flag === null) return null;
  throw usageError('redact', `without PATH every state is meant: leave ${flag} out`, { flag });
}

/** Which parts of a file are meant; null for all of it. Throws `USAGE`. */
export async function readPart(input: CommandInput, context: Context): Promise<RemovalPart | null> {
  const [lines, file] = [input.text('lines'), input.text('match-file')];
  if (lines !== null) {
    const flag = '--lines';
    if (input.flag('all')) {
      throw usageError('redact', '--lines are of one content: for every content use --match-file', { flag });
    }
    const ranges = parseLineRanges(lines);
    if (ranges !== undefined) return { kind: 'lines', ranges };
    throw usageError('redact', '--lines takes numbers from 1 on, such as 3 or 3-7,12', { flag });
  }
  if (file === null) return null;
  const { LONGEST_SECRET } = await import('#usecases/removal/find/find-secret.ts');
  const secret = withoutLineEnd(await context.readInput(file, LONGEST_SECRET));
  if (secret.length === 0) throw usageError('redact', 'there are no bytes in it', { flag: '--match-file' });
  if (standsInMasks(secret)) {
    throw usageError('redact', 'these bytes stand in every mask: redact the whole file', {
      flag: '--match-file',
    });
  }
  if (secret.length >= SHORTEST_MATCH) return { kind: 'match', secret };
  const why = `${secret.length} bytes are too few: they would stand in many places by chance`;
  throw usageError('redact', why, { flag: '--match-file', least: SHORTEST_MATCH });
}
