import { utf8 } from '#domain/encoding/bytes.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import { personName } from '#domain/state/carrier.ts';

/*
 * An ordinary commit of Git. Its author is the principal of the landed state, at the time of its capture; its committer
 * is who landed it, now. A principal that is no mail address stands in the place of one as it is.
 */

export interface LandedCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly principal: string; readonly at: Instant };
  readonly committer: { readonly principal: string; readonly at: Instant };
  /** With its trailers; ends with a line break. */
  readonly message: string;
}

/** Encodes the commit object's content. */
export function encodeLandedCommit(commit: LandedCommit): Uint8Array {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${personLine(commit.author)}`,
    `committer ${personLine(commit.committer)}`,
    '',
    commit.message,
  ];
  return utf8(lines.join('\n'));
}

function personLine({ principal, at }: LandedCommit['author']): string {
  const name = personName(principal);
  return `${name} <${name}> ${Math.floor(instantMilliseconds(at) / 1000)} +0000`;
}

/** The state that a commit's last paragraph names; undefined for none. */
export function namedState(message: string): string | undefined {
  const paragraph = message.trimEnd().split('\n\n').at(-1) ?? '';
  return /^Heddle-State: (hs-[0-9a-z]{52})$/m.exec(paragraph)?.[1];
}

/** The message of a commit object; undefined for anything else. */
export function commitMessage(content: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(content);
  const end = text.indexOf('\n\n');
  return end === -1 ? undefined : text.slice(end + 2);
}
