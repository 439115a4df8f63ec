import { spawn } from 'node:child_process';
import type { Person, Stage } from '../cli/stage.ts';
import { openWorkspace } from '../cli/open-workspace.ts';
import { publishLog } from '../published-log.ts';

/** Publishes a clone's log, as a push does before it sends anything. */
export async function publishHere(person: Person, path: string): Promise<void> {
  const workspace = await openWorkspace({ path, env: person.env });
  try {
    await publishLog(workspace);
  } finally {
    await workspace.close();
  }
}

/** What a plain git said and how it ended. */
export interface Pushed {
  readonly exit: number | null;
  readonly stderr: string;
}

/** Everything of heddle's that travels. */
export const HEDDLE_REFSPECS = ['authority', 'oplog/*', 't*', 'd*'].map(
  (name) => `+refs/heddle/${name}:refs/heddle/${name}`,
);

/** Pushes with git itself; without blocking, since a server may be in this process. */
export async function gitPush(
  stage: Stage,
  url: string,
  refspecs: readonly string[],
  {
    env = {},
    cwd = stage.path,
  }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Pushed> {
  const child = spawn('git', ['push', '-q', '--atomic', url, ...refspecs], {
    cwd,
    env: { ...stage.repository.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const pieces: Buffer[] = [];
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exit, stderr: Buffer.concat(pieces).toString('utf8') };
}
