import { describe, expect, it } from 'vitest';
import { RESULT_SAMPLES } from '../../support/samples/results/result-samples.ts';
import { resultText } from '#cli/text/result-text.ts';
import { escapeBlock, terminalText } from '#cli/terminal-text.ts';
import type { ResultKind } from '#domain/results.ts';

const now = Date.parse('2026-11-21T13:20:00.000Z');
const plain = terminalText({ color: false, now });
const coloured = terminalText({ color: true, now });

function isKind(name: string): name is ResultKind {
  return name in RESULT_SAMPLES;
}
const kinds = Object.keys(RESULT_SAMPLES).filter(isKind);

function linesOf(kind: ResultKind, hostile: boolean): readonly string[] {
  return RESULT_SAMPLES[kind].flatMap((result) =>
    resultText({ kind, result: hostile ? poisoned(result) : result }, hostile ? coloured : plain),
  );
}

/** The same answer with a terminal's escape in every text that a repository or a caller chose. */
function poisoned<T>(value: T): T {
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'string' && !/^(hs|ho|hg|ht)-|^20\d\d-|^[a-z-]+$/.test(item)
      ? `${item}\u001b]0;x\u0007`
      : item,
  );
  const copy: T = JSON.parse(text);
  return copy;
}

describe('the text of an answer', () => {
  it.each(kinds)('of `%s` is as it was agreed', (kind) => {
    expect(linesOf(kind, false).join('\n')).toMatchSnapshot();
  });

  it.each(kinds)('of `%s` lets no text of a repository steer the terminal', (kind) => {
    // eslint-disable-next-line no-control-regex -- the colours that heddle itself writes
    const own = /\u001b\[(?:0|1|2|3[1-6])m/g;
    const lines = linesOf(kind, true);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines.flatMap((block) => block.split('\n'))) {
      const rest = line.replace(own, '');
      expect(rest).toBe(escapeBlock(rest));
    }
  });

  it('of a patch colours whole lines and shows its own escapes as text', () => {
    const [sample] = RESULT_SAMPLES.diff;
    if (sample === undefined) throw new Error('there is a sample');
    const lines = resultText({ kind: 'diff', result: sample }, coloured);
    expect(lines).toContain('\u001b[32m+new \\x1b[31mred\\x1b[0m\u001b[0m');
    expect(lines).toContain('\u001b[31m-old\u001b[0m');
  });

  it('of a status names each path in conflict once, and none as unchanged', () => {
    const [sample] = RESULT_SAMPLES.status;
    if (!sample?.landing) throw new Error('there is a sample');
    const landing = { ...sample.landing, unmerged: ['a.txt', 'b.txt'] };
    const lines = (changed: typeof sample.changed): readonly string[] =>
      resultText({ kind: 'status', result: { ...sample, changed, landing, attention: [] } }, plain).filter(
        (line) => !/^ {2}\w+ {2}/.test(line),
      );
    const [a, b, c] = ['a.txt', 'b.txt', 'c.txt'].map((path) => ({ path, change: 'modified' }) as const);
    if (!a || !b || !c) throw new Error('there are changes');
    const conflict = ['in conflict:', '  C a.txt', '  C b.txt'];
    expect(lines([a, b, c])).toEqual(['changed:', '  M c.txt', ...conflict]);
    expect(lines([a])).toEqual(conflict);
    expect(lines([])).toEqual(conflict);
  });

  it('of a list of threads says where each is worked on, and whose process is gone', () => {
    const [sample] = RESULT_SAMPLES['thread-list'];
    const [thread] = sample?.threads ?? [];
    if (!thread?.claim) throw new Error('there is a sample');
    const claim = { ...thread.claim, agent: 'worker', process: 'dead' } as const;
    const threads = [{ ...thread, current: false, worktree: '/srv/w', claim, diverged: [] }];
    const lines = resultText({ kind: 'thread-list', result: { threads } }, plain);
    expect(lines).toEqual([
      expect.stringMatching(/ {2}in \/srv\/w {2}claimed by worker, whose process is gone$/),
    ]);
  });

  it('of a token names the place once that two of its blocks are bound to', () => {
    const [sample] = RESULT_SAMPLES['token-inspect'];
    if (sample === undefined) throw new Error('there is a sample');
    const resources = [['acme/core@task'], ['acme/core@task', 'acme/core@x'], ['acme/core@task']];
    const result = { ...sample, effective: { ...sample.effective, resources } };
    const lines = resultText({ kind: 'token-inspect', result }, plain);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}only +acme\/core@task and acme\/core@task or acme\/core@x$/),
    );
  });

  it('of `token attenuate --stdout` is the credential alone', () => {
    const [, sample] = RESULT_SAMPLES['token-attenuate'];
    if (sample === undefined) throw new Error('there is a sample');
    expect(resultText({ kind: 'token-attenuate', result: sample }, coloured)).toEqual([
      '{"type":"credential"}',
    ]);
  });
});
