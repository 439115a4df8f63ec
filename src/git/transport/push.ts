import type { PushAnswer, RefusedUpdate, RemoteUpdate } from '#ports/boundary/transport.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { isNotAtomic, pushFailure, remoteLines } from './remote-failure.ts';

/*
 * git push --porcelain, a line for each ref: flag TAB from:to TAB summary [" (" reason ")"]; the flag is one of
 * " " + - * = ! (git-push, OUTPUT).
 */
const LINE = /^([ +*=!-])\t([^\t]*)\t(.*)$/;
/** Programs that the configuration of the repository could name for the other side. */
const OTHER_SIDE = '--receive-pack=git-receive-pack';

/** One push of exactly these refs, each from the value it was seen with. */
export async function pushRefs(
  runner: GitRunner,
  remote: string,
  { updates, atomic }: { readonly updates: readonly RemoteUpdate[]; readonly atomic: boolean },
): Promise<PushAnswer | 'not-atomic'> {
  const { code, stdout, stderr } = await runner.run({
    args: [
      'push',
      '--porcelain',
      '--no-verify',
      '--no-follow-tags',
      '--no-signed',
      '--recurse-submodules=no',
      ...(atomic ? ['--atomic'] : ['--no-atomic']),
      OTHER_SIDE,
      ...updates.map(({ ref, old }) => `--force-with-lease=${ref}:${old ?? ''}`),
      '--',
      remote,
      ...updates.map(({ ref, new: next }) => `${next}:${ref}`),
    ],
    instead: [[`remote.${remote}.mirror`, 'false']],
    accept: [1, 128],
    deadlineMs: LONG_DEADLINE_MS,
  });
  const lines = parseLines(stdout);
  if (code !== 0 && lines.length === 0) {
    if (isNotAtomic(stderr)) return 'not-atomic';
    throw pushFailure(remote, code, stderr);
  }
  const refused = lines.flatMap(refusal);
  const moved = lines.filter(({ flag }) => flag !== '!').map(({ ref }) => ref);
  return { moved, refused, said: remoteLines(stderr) };
}

interface PushedLine {
  readonly flag: string;
  readonly ref: string;
  readonly summary: string;
}

function parseLines(stdout: Buffer): readonly PushedLine[] {
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, flag = '', refs = '', summary = ''] = LINE.exec(line) ?? [];
      return flag === '' ? [] : [{ flag, ref: refs.slice(refs.indexOf(':') + 1), summary }];
    });
}

function refusal({ flag, ref, summary }: PushedLine): readonly RefusedUpdate[] {
  if (flag !== '!') return [];
  const why = cleanForeignText(Buffer.from(summary));
  if (/stale info|fetch first|failed to update ref|cannot lock ref|incorrect old value/.test(summary)) {
    return [{ ref, kind: 'moved', why }];
  }
  if (/atomic push failed|atomic transaction failed|atomic push failure/.test(summary))
    return [{ ref, kind: 'other', why }];
  return [{ ref, kind: 'refused', why }];
}
