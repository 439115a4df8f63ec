import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { scan } from '../byte-scanner/scan.ts';
import type { ScanReport } from '../byte-scanner/report.ts';
import { Stage } from '../cli/stage.ts';
import { Ground } from './ground.ts';

/** What is to be removed: nothing else in any test holds it. */
export const SECRET = 'hunter2-5f1d8c07a9e64b23';
/** The file that holds it. */
export const SECRET_PATH = 'config/key.env';
const EXAMPLE_PATH = 'config/key.example';
const THREAD = 'task/login';

const LINES = Array.from({ length: 80 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));
const EXAMPLE = `${LINES.join('\n')}\n`;
const CONTENT = EXAMPLE.replace('\n', `\nKEY=${SECRET}\n`);

/** A stage whose work tree holds a secret that heddle has not captured yet, and where a developer works. */
export async function secretStage(): Promise<Stage> {
  const stage = await new Stage().withDev();
  stage.write('src/main.ts', 'main();\n');
  stage.write(EXAMPLE_PATH, EXAMPLE);
  stage.write(SECRET_PATH, CONTENT);
  return stage;
}

export function groundOf(stage: Stage): Ground {
  return new Ground({
    repository: stage.repository,
    path: SECRET_PATH,
    content: CONTENT,
    neighbour: EXAMPLE,
  });
}

/** Captures the secret twice, so that more than one state and one carrier hold it. */
export async function captureTwice(stage: Stage): Promise<void> {
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.write('src/main.ts', 'main(2);\n');
  await stage.dev.ok(['capture', '-m', 'second']);
}

/** Hides it; the tombstone's id. */
export async function redactSecret(stage: Stage): Promise<string> {
  const { tombstone } = await stage.owner.answer('redact', [SECRET_PATH, '--reason', 'a key was captured']);
  return String(tombstone);
}

/**
 * What lets somebody test a guess of the content as long as it stands anywhere: its blob's id, ids of the trees over
 * it that are not salted, and its salts. By a name for the scanner; to be asked before the content is hidden.
 */
export function oraclesOf(stage: Stage): Readonly<Record<string, string | Uint8Array>> {
  const oracles: Record<string, string | Uint8Array> = { blob: groundOf(stage).blob };
  for (const carrier of stage.git('rev-list', `refs/heddle/threads/${THREAD}`, '^main').split('\n')) {
    const short = carrier.slice(0, 8);
    oracles[`files of ${short}`] = stage.git('rev-parse', `${carrier}:files`);
    oracles[`config of ${short}`] = stage.git('rev-parse', `${carrier}:files/config`);
    oracles[`salt of ${short}`] = saltIn(stage.git('cat-file', 'blob', `${carrier}:manifest/=config/_`));
  }
  return oracles;
}

function saltIn(list: string): Uint8Array {
  const { entries } = JSON.parse(list) as { readonly entries: readonly { name: string; salt?: string }[] };
  const salt = entries.find(({ name }) => name === 'key.env')?.salt;
  if (salt === undefined) throw new Error('the list has no salt for it');
  return Buffer.from(salt, 'base64url');
}

/** Looks through everything of a stage: the repository, all worktrees, every home. */
export function scanStage(
  stage: Stage,
  identifiers: Readonly<Record<string, string | Uint8Array>> = {},
): ScanReport {
  return scan({ directories: [stage.root], secrets: { secret: SECRET }, identifiers });
}

/** Where a scan found something, as `what, file: layer, encoding`, without the stage's own place. */
export function placesOf(stage: Stage, { findings }: ScanReport): readonly string[] {
  const places = findings.map(
    ({ what, file, layer, encoding }) =>
      `${what}, ${file.slice(stage.root.length + 1)}: ${layer}, ${encoding}`,
  );
  return [...new Set(places)].toSorted();
}

/** The repository's common directory. */
export function commonDirectory(stage: Stage): string {
  return join(stage.path, '.git');
}
