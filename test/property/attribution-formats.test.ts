import { describe, expect, it } from 'vitest';
import { formatAgentTrace, parseAgentTrace } from '#domain/attribution/agent-trace.ts';
import type { AttributedLines } from '#domain/attribution/attributed-commit.ts';
import { claimOf, type ClaimedFile } from '#domain/attribution/claim.ts';
import { formatGitAiNote, gitAiPathProblem, parseGitAiNote } from '#domain/attribution/git-ai-note.ts';
import { steersTerminals } from '#domain/attribution/foreign-text.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId } from '#domain/id.ts';
import { pathProblem } from '#domain/resource/repository-path.ts';
import { sha256 } from '#platform/sha256.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';
import { GIT_AI_NOTE, TRACE_RECORD } from '../support/samples/attribution-samples.ts';
import { attributed, part } from '../unit/domain/attribution/attributed.ts';
import { fc } from '../support/seed.ts';

const LINES = 40;
const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => !steersTerminals(text));
const path = word.filter(
  (text) => pathProblem(utf8(text)) === undefined && gitAiPathProblem(text) === undefined,
);
const agent = fc.record({
  agent: fc.option(word),
  provider: fc.constantFrom('one', 'two'),
  model: word.filter((text) => text !== 'unknown'),
  session: fc.option(word),
});
const person = fc.constant({ agent: null, provider: null, model: null, session: null });

/** Each line of a file is of one of a few states, or of none. */
const parts = fc
  .tuple(
    fc.array(fc.oneof(agent, person), { minLength: 1, maxLength: 4 }),
    fc.array(fc.option(fc.nat(3)), { minLength: LINES, maxLength: LINES }),
  )
  .map(([actors, whose]) =>
    actors.flatMap((actor, index): readonly AttributedLines[] => {
      const lines = whose.flatMap((of, at) => (of === index ? [{ first: at + 1, last: at + 1 }] : []));
      const state = formatId('hs', new Uint8Array(32).fill(index));
      return lines.length === 0 ? [] : [part({ lines, state, actor })];
    }),
  );
const commit = fc
  .dictionary(path, parts, { maxKeys: 3 })
  .map((files) =>
    attributed(Object.fromEntries(Object.entries(files).filter(([, list]) => list.length > 0))),
  );

/** What a file says of each line. */
function told(files: readonly ClaimedFile[]): unknown {
  return files.map((file) => [
    file.path,
    Array.from({ length: LINES }, (_, index) => {
      const claim = claimOf(file, index + 1);
      return claim === undefined ? null : [claim.by, claim.model];
    }),
  ]);
}

function expected(
  { files }: ReturnType<typeof attributed>,
  modelOf: (lines: AttributedLines) => string | null,
): unknown {
  return files.map((file) => [
    file.path,
    Array.from({ length: LINES }, (_, index) => {
      const of = file.parts.find(({ lines }) =>
        lines.some(({ first, last }) => first <= index + 1 && index < last),
      );
      if (of === undefined) return null;
      return [of.actor.model === null ? 'human' : 'ai', modelOf(of)];
    }),
  ]);
}

describe('attribution in a format of others', () => {
  it("comes back line for line out of a note of git-ai's", () => {
    fc.assert(
      fc.property(commit, (one) => {
        const note = formatGitAiNote(one, sha256);
        expect(told(parseGitAiNote(utf8(note)))).toEqual(expected(one, ({ actor }) => actor.model));
      }),
    );
  });

  it('comes back line for line out of a record of Agent Trace, which is ASCII', () => {
    fc.assert(
      fc.property(commit, (one) => {
        const record = formatAgentTrace(one, SHA256_HASHER);
        expect(record).toMatch(/^[ -~]*$/);
        const read = parseAgentTrace(record);
        expect(read.commit).toBe(one.commit);
        expect(told(read.files)).toEqual(
          expected(one, ({ actor }) => (actor.model === null ? null : `${actor.provider}/${actor.model}`)),
        );
      }),
    );
  });

  it('is refused by name where it is damaged, and never otherwise', () => {
    const damaged = (text: string): fc.Arbitrary<string> =>
      fc
        .tuple(fc.nat(text.length), fc.nat(6), fc.string({ maxLength: 4 }))
        .map(([at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone));
    const survives = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(HeddleError);
      }
    };
    fc.assert(fc.property(damaged(GIT_AI_NOTE), (text) => survives(() => parseGitAiNote(utf8(text)))));
    fc.assert(
      fc.property(damaged(JSON.stringify(TRACE_RECORD)), (text) => survives(() => parseAgentTrace(text))),
    );
  });
});
