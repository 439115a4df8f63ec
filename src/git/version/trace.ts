/*
 * Git's trace in its event format (Documentation/technical/api-trace2): one JSON object a line, the first of them
 * `{"event":"version",…,"exe":"2.39.5"}`, before git looks at anything that is not its own.
 */

/** Variables that have a git write its trace among its warnings. */
export const TRACE: Readonly<Record<string, string>> = { GIT_TRACE2_EVENT: '2', GIT_TRACE2_EVENT_BRIEF: '1' };

const FIRST = /^\{"event":"version",[^\n]*?"exe":"([^"\\\n]{1,80})"\}\n/;
const LINE = /^\{"event":"[^\n]*\n?/gm;

/** The version that a trace begins with, null where it does not, and what git said beside its trace. */
export function readTrace(stderr: Buffer): { readonly version: string | null; readonly stderr: Buffer } {
  const text = stderr.toString('latin1');
  const version = FIRST.exec(text)?.[1] ?? null;
  return { version, stderr: version === null ? stderr : Buffer.from(text.replace(LINE, ''), 'latin1') };
}
