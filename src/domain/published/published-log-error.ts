import { HeddleError, type ErrorCode } from '#domain/error.ts';

type LogErrorCode = Extract<ErrorCode, `PUBLISHED_LOG_${string}`>;

/** What is wrong with a published log: whose, which line where one is at fault, and a clause. */
export interface LogFault {
  readonly replica: string;
  readonly seq: number | null;
  readonly why: string;
}

/** The error for a published log; names the replica, and the line where one is at fault. */
export function publishedLogError(code: LogErrorCode, { replica, seq, why }: LogFault): HeddleError {
  const line = seq === null ? '' : `line ${seq}: `;
  return new HeddleError(code, `the log of clone ${replica.slice(0, 12)}: ${line}${why}`, {
    facts: { replica, seq },
    preserved: 'nothing of that log was taken over',
  });
}

/** The same for one that does not verify. */
export function publishedLogInvalid(replica: string, seq: number | null, why: string): HeddleError {
  return publishedLogError('PUBLISHED_LOG_INVALID', { replica, seq, why });
}
