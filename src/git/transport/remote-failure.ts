import { HeddleError } from '#domain/error.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { gitFailure } from '#git/failure.ts';

const MOST_LINES = 40;

/** The error for a remote that git could not reach or read. What git itself is at fault for keeps its own code. */
export function remoteFailure(remote: string, error: unknown): unknown {
  if (!(error instanceof HeddleError) || error.code !== 'GIT_FAILED') return error;
  const said = String(error.facts['git'] ?? '');
  if (/transport '[^']*' not allowed/.test(said)) return refusedAddress(remote);
  if (/not our ref|unadvertised object|Server does not allow request/.test(said))
    return movedMeanwhile(remote);
  return new HeddleError('REMOTE_FAILED', 'the remote could not be reached, or does not answer as git does', {
    facts: {
      remote,
      git: said,
      ...(error.facts['reason'] === undefined ? {} : { reason: error.facts['reason'] }),
    },
    preserved: 'nothing was changed',
    cause: error,
  });
}

/** The refusal of an address that heddle does not follow. */
export function refusedAddress(remote: string): HeddleError {
  return new HeddleError('REMOTE_REFUSED', 'heddle reaches remotes by file, ssh, http and https alone', {
    facts: { remote },
    preserved: 'nothing was changed',
  });
}

/** The refusal of an address with a password in it: it would stand in configuration, logs and lists of processes. */
export function refusedPassword(remote: string): HeddleError {
  return new HeddleError('REMOTE_REFUSED', 'the address holds a password', {
    facts: { remote, advice: 'leave it out, and let a credential helper of git keep it' },
    preserved: 'nothing was changed',
  });
}

/** What was listed is there no more. */
export function movedMeanwhile(remote: string): HeddleError {
  return new HeddleError('REMOTE_MOVED', 'the remote moved while it was read', {
    facts: { remote },
    preserved: 'nothing was changed',
  });
}

/** What the receiving side wrote, each line cleaned by itself: git puts `remote: ` in front. */
export function remoteLines(stderr: Uint8Array): readonly string[] {
  return Buffer.from(stderr)
    .toString('utf8')
    .split(/[\n\r]/)
    .filter((line) => line.startsWith('remote: '))
    .map((line) => cleanForeignText(Buffer.from(line.slice('remote: '.length))))
    .filter((line) => line !== '')
    .slice(0, MOST_LINES);
}

/** Tells whether a push failed because the other side moves refs one by one. */
export function isNotAtomic(stderr: Uint8Array): boolean {
  return Buffer.from(stderr).toString('latin1').includes('does not support --atomic');
}

/** The error for a push that told of no ref. */
export function pushFailure(remote: string, code: number, stderr: Uint8Array): unknown {
  const outcome = { kind: 'exited', code, reason: null, stderr: Buffer.from(stderr) } as const;
  return remoteFailure(remote, gitFailure('push', outcome));
}
