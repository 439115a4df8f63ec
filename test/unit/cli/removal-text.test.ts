import { describe, expect, it } from 'vitest';
import { RESULT_SAMPLES } from '../../support/samples/results/result-samples.ts';
import { SAMPLE } from '../../support/samples/results/shared-samples.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { resultText } from '#cli/text/result-text.ts';
import { terminalText } from '#cli/terminal-text.ts';
import {
  RESIDUE_PLACES,
  type PurgeResult,
  type RedactResult,
  type TombstoneShowResult,
} from '#domain/results/removal-results.ts';

const terminal = terminalText({ color: false, now: 0 });
const [REDACT] = RESULT_SAMPLES.redact;
const [INCOMPLETE, COMPLETE, DRY_PURGE] = RESULT_SAMPLES.purge;
if (!REDACT || !INCOMPLETE || !COMPLETE || !DRY_PURGE) throw new Error('there are samples');

const redactLines = (more: Partial<RedactResult>): readonly string[] =>
  resultText({ kind: 'redact', result: { ...REDACT, ...more } }, terminal);
const purgeLines = (result: PurgeResult): readonly string[] =>
  resultText({ kind: 'purge', result }, terminal);

/** Commands that a text advises: in backticks, or on a line of their own before two spaces. */
function advised(lines: readonly string[]): readonly (readonly string[])[] {
  const spans = lines.flatMap((line) => [
    ...Array.from(line.matchAll(/`(heddle [^`]+)`/g), ([, command = '']) => command),
    ...Array.from(line.matchAll(/^ {2}(heddle .*?)(?: {2}|$)/g), ([, command = '']) => command),
  ]);
  return spans.map((span) => span.split(' '));
}

describe('the text of a redaction', () => {
  it('begins with rotating the credential, and stops saying so once that is done', () => {
    expect(redactLines({ reasonCode: 'credential' })[0]).toMatch(/^! rotate the credential now/);
    expect(redactLines({ reasonCode: 'credential', dryRun: true, tombstone: null })[0]).toMatch(/^! rotate/);
    for (const reasonCode of ['credential', 'other'] as const) {
      expect(redactLines({ reasonCode, rotatedAt: SAMPLE.at })[0]).toMatch(/^tombstone /);
    }
  });

  it('asks whether it was a credential where nobody said, and not where somebody said otherwise', () => {
    expect(redactLines({ reasonCode: 'other' })[0]).toMatch(/^! if it was a credential, rotate it now/);
    for (const reasonCode of ['pii', 'licence'] as const) {
      expect(redactLines({ reasonCode }).join('\n')).not.toContain('rotate');
    }
  });

  it('says of a dry run that nothing was changed, and claims no tombstone', () => {
    const lines = redactLines({ tombstone: null, dryRun: true, operation: null });
    expect(lines.at(-1)).toBe('nothing was changed: this was a dry run');
    expect(lines.join('\n')).not.toMatch(/hr-|^replaced|undo/m);
  });

  it('keeps apart what a purge destroys and what it does not touch', () => {
    const lines = redactLines({});
    const ours = lines.indexOf('this clone holds the bytes until they are purged:');
    const theirs = lines.indexOf('what a purge does not touch:');
    expect(lines.slice(ours, theirs).join('\n')).toContain('2 loose objects');
    expect(lines.slice(theirs).join('\n')).toContain('refs/heads/main (in 3 commits)');
    expect(lines.slice(ours, theirs).join('\n')).not.toContain('refs/heads/main');
  });
});

describe('the text of a tombstone', () => {
  const [SHOWN] = RESULT_SAMPLES['tombstone-show'];
  if (!SHOWN) throw new Error('there are samples');
  const covers = (more: Partial<TombstoneShowResult>): string | undefined =>
    resultText({ kind: 'tombstone-show', result: { ...SHOWN, ...more } }, terminal)
      .find((line) => line.startsWith('  covers '))
      ?.replace(/^ +covers +/, '');

  it('counts all that it covers: contents or parts of them, names, records', () => {
    expect(covers({ covers: 1, parts: null, names: 0, texts: [] })).toBe('1 file');
    expect(covers({ covers: 2, parts: 3, names: 0, texts: [] })).toBe('3 parts of 2 files');
    expect(covers({ covers: 0, parts: null, names: 2, texts: [] })).toBe('2 names');
    expect(covers({ covers: 1, parts: null, names: 1, texts: [] })).toBe('1 file, 1 name');
    expect(covers({ covers: 0, parts: null, names: 0, texts: [SAMPLE.state] })).toBe('1 record');
  });
});

describe('the text of a purge', () => {
  it('warns first where nobody said that the credential was rotated', () => {
    expect(purgeLines(INCOMPLETE)[0]).toMatch(/^! nobody said that this credential was rotated/);
    for (const quiet of [COMPLETE, DRY_PURGE]) {
      expect(purgeLines(quiet).join('\n')).not.toContain('rotate');
    }
  });

  it('names each place that is left with what to do about it', () => {
    const text = purgeLines(INCOMPLETE).join('\n');
    expect(text).toMatch(/^incomplete: .* 5 places$/m);
    expect(text).toMatch(/^! ref: .*--rewrite-git.*\n {4}refs\/heads\/main \(in 3 commits\)$/m);
    expect(text).toContain('loose object (2 times)');
  });

  it('says what should be gone and is not, but not that the quarantine waits for the next run', () => {
    const quarantine = {
      place: 'quarantine',
      where: 'heddle/quarantine/x',
      owner: 'heddle',
      note: null,
    } as const;
    const text = purgeLines({ ...INCOMPLETE, residue: [...INCOMPLETE.residue, quarantine] }).join('\n');
    expect(text).toMatch(/^! 2 loose objects: purge again.*\n {4}objects\/ab\/cd$/m);
    expect(text).toMatch(/^incomplete: .* 5 places$/m);
    expect(text).not.toContain('quarantine');
  });

  it('claims nothing of other clones', () => {
    expect(purgeLines(COMPLETE).join('\n')).toMatch(
      /left in this clone[\s\S]*other clones[\s\S]*nothing is known/,
    );
  });

  it('of a dry run lists every place, and destroys none', () => {
    const text = purgeLines(DRY_PURGE).join('\n');
    for (const { where } of DRY_PURGE.residue) expect(text).toContain(where);
    expect(text).not.toMatch(/destroyed:|^purged/m);
  });

  it('has a name and a way out for every place there can be', () => {
    const residue = RESIDUE_PLACES.map(
      (place) => ({ place, where: `at-${place}`, owner: 'git', note: null }) as const,
    );
    const lines = purgeLines({ ...INCOMPLETE, residue });
    for (const place of RESIDUE_PLACES) {
      const at = lines.indexOf(`    at-${place}`);
      expect(lines[at - 1], place).toMatch(/^! [a-zA-Z-]+[^:]*: \S/);
    }
  });
});

describe('the text of a tombstone', () => {
  it('tells what was left at the last try of a clone, not at those before', () => {
    const [show] = RESULT_SAMPLES['tombstone-show'];
    const receipt = show?.receipts[0];
    if (show === undefined || receipt === undefined) throw new Error('there is a sample');
    const receipts = [
      { ...receipt, at: SAMPLE.later, places: ['stash'] },
      { ...receipt, at: SAMPLE.since, places: ['reflog'] },
    ];
    const lines = resultText({ kind: 'tombstone-show', result: { ...show, receipts } }, terminal);
    expect(lines.join('\n')).toContain(': stash');
    expect(lines.join('\n')).not.toContain('reflog');
    expect(lines.at(-1)).toBe('  77777777777 (this clone)');
  });
});

describe('every text of removal', () => {
  const kinds = ['redact', 'purge', 'tombstone-list', 'tombstone-show', 'tombstone-verify'] as const;
  const texts = kinds.flatMap((kind) =>
    RESULT_SAMPLES[kind].map((result) => resultText({ kind, result }, terminal)),
  );

  it('advises only commands that heddle understands', () => {
    const commands = texts.flatMap(advised);
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(() => parseAdvice(command), command.join(' ')).not.toThrow();
  });

  it('puts no stop behind an id, and ends no line with one, so that it can be copied', () => {
    const lines = texts.flat().filter((line) => /\bhr-/.test(line));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/\bhr-[0-9a-z]+ +\S/);
  });
});
