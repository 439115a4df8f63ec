import type { Actor } from '#domain/actor/actor.ts';
import type { AttributedCommit, AttributedLines } from '#domain/attribution/attributed-commit.ts';
import { formatId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';

export const COMMIT = '7734793b756b3921c88db5375a8c156e9532447b';

const WRITER: Actor = {
  principal: 'dev@example.com',
  agent: 'writer',
  provider: 'example-provider',
  model: 'model-a',
  session: null,
  confidence: null,
};

/** Lines of a state of dev's agent, but for what is said. */
export function part(
  said: Partial<Omit<AttributedLines, 'actor'>> & { readonly actor?: Partial<Actor> },
): AttributedLines {
  return {
    lines: [{ first: 1, last: 1 }],
    state: formatId('hs', new Uint8Array(32)),
    thread: 'task/login',
    exact: true,
    ...said,
    actor: { ...WRITER, ...said.actor },
  };
}

/** A commit with these files. */
export function attributed(files: Readonly<Record<string, readonly AttributedLines[]>>): AttributedCommit {
  return {
    commit: COMMIT,
    at: parseInstant('2026-11-21T12:00:00.000Z'),
    files: Object.entries(files).map(([path, parts]) => ({ path, parts })),
  };
}
