import { utf8, withoutLineEnd } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { RedactFindResult, SecretPlace } from '#domain/results/removal-results.ts';
import type { SecretLook } from '#ports/removal.ts';
import type { Progress } from '#ports/platform.ts';
import type { Workspace } from '#ports/workspace.ts';
import { fileLines, nameLines, NOT_OF_A_STATE } from './file-places.ts';
import { objectPlaces, redactTextsArgv } from './object-places.ts';
import { requireReader } from './require-reader.ts';

/** Fewer bytes stand in too many places by chance. */
const SHORTEST_SECRET = 8;
/** Bytes; what is longer is a file, which `redact` takes by its path. */
export const LONGEST_SECRET = 64 * 1024;

/**
 * Finds every place of this clone where a secret stands, as it is, encoded, or over several lines. It is held in memory
 * alone: nothing is logged, no answer or error has it. Needs reader at the repository. Throws `USAGE` for one that is
 * too short, and `DeniedError`.
 */
export async function findSecret(workspace: Workspace, given: Uint8Array): Promise<RedactFindResult> {
  const secret = withoutLineEnd(given);
  await requireReader(workspace);
  if (secret.length < SHORTEST_SECRET) throw tooShort(secret.length);
  const look = await workspace.secrets.look(secret);
  workspace.progress.step('looking through objects', 0, null);
  const tell: Progress['step'] = (...step) => workspace.progress.step(...step);
  const objects = await look.objects(tell);
  const { operations, places: logged } = await operationPlaces(workspace, look);
  workspace.progress.step('looking through files', 0, null);
  const { searched: files, files: held } = await look.files(tell);
  const places = [
    ...(await objectPlaces(workspace, look, objects)),
    ...logged,
    ...nameLines(look, objects),
    // The lines were told one by one.
    ...fileLines(workspace, look, logged.length > 0 ? held.filter(({ path }) => !isLog(path)) : held),
  ];
  return {
    found: places.length > 0,
    places,
    searched: { objects: objects.searched, operations, files },
    notSearched: objects.notSearched,
  };
}

async function operationPlaces(
  { log }: Workspace,
  look: SecretLook,
): Promise<{ readonly operations: number; readonly places: readonly SecretPlace[] }> {
  const places: SecretPlace[] = [];
  let operations = 0;
  for await (const operation of log.newest()) {
    operations += 1;
    const forms = look.forms(utf8(textOf(operation)));
    if (forms.length === 0) continue;
    const { id, line } = operation;
    const place = line.op.startsWith('run-') ? 'run' : 'operation';
    const note = `${line.op} by ${look.mask(line.actor.principal)}`;
    // What stands in the line itself was signed, and stays.
    const inSidecar = look.forms(utf8(JSON.stringify(operation.texts))).length > 0;
    const fix = inSidecar ? redactTextsArgv(id) : null;
    places.push({ ...NOT_OF_A_STATE, place, where: id, forms, note, fix });
  }
  return { operations, places };
}

function textOf({ line, texts }: LoggedOperation): string {
  return JSON.stringify({ line, texts });
}

function isLog(path: Uint8Array): boolean {
  return Buffer.from(path).toString('latin1').startsWith('heddle/oplog/');
}

const GIVE_IT =
  'give a file, as in `heddle redact --find FILE` or `heddle incident find --secret FILE`, or pipe it into the same with -';

function tooShort(length: number): HeddleError {
  const why =
    length === 0
      ? 'the secret is empty: nothing came, be it from the file or on standard input'
      : `${length} bytes are too few to look for: they would stand in many places by chance`;
  return new HeddleError('USAGE', why, {
    facts: { least: SHORTEST_SECRET, advice: GIVE_IT },
    preserved: 'nothing was looked for',
  });
}
