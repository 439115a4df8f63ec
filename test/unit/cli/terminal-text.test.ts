import { shellLine } from '#domain/encoding/shell-line.ts';
import { describe, expect, it } from 'vitest';
import {
  columns,
  escapeBlock,
  escapeText,
  formatJson,
  terminalText,
  wantsColor,
} from '#cli/terminal-text.ts';
import { parseInstant } from '#domain/time.ts';
import { fc } from '../../support/seed.ts';

/** What a terminal would act on instead of showing, written out a second time. */
function steers(text: string): boolean {
  return Array.from(text).some((character) => {
    const code = character.codePointAt(0) ?? 0;
    const control = code < 32 || (code >= 127 && code < 160);
    const bidi = [0x61c, 0x200e, 0x200f].includes(code) || (code >= 0x202a && code <= 0x202e);
    const isolate = code >= 0x2066 && code <= 0x2069;
    const separator = code === 0x2028 || code === 0x2029;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    return control || bidi || isolate || separator || surrogate;
  });
}

describe('text from a repository', () => {
  it.each([
    ['\u001b[2J', '\\x1b[2J'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['user\u202egnp.exe', 'user\\u{202e}gnp.exe'],
    ['\u2066\u2069\u200f\u061c', '\\u{2066}\\u{2069}\\u{200f}\\u{61c}'],
    ['\u2028', '\\u{2028}'],
    ['\ufeff\u200b', '\\u{feff}\\u{200b}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x', '\\u{d800}x'],
  ])('shows %j escaped', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it('leaves letters of every script and joined emoji alone', () => {
    const text = 'Grüße, 世界, שלום, 👩‍💻';
    expect(escapeText(text)).toBe(text);
    expect(escapeBlock(text)).toBe(text);
  });

  it('keeps line feeds and tabs in a block, and nothing else', () => {
    expect(escapeBlock('a\n\tb\r\n\u001b[0m')).toBe('a\n\tb\\r\n\\x1b[0m');
  });

  it('never steers a terminal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(steers(escapeText(text))).toBe(false);
        expect(steers(escapeBlock(text).replace(/[\n\t]/g, ''))).toBe(false);
      }),
    );
  });

  it('is the same value in JSON, and does not steer there either', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = formatJson({ text });
        expect(steers(line)).toBe(false);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
    expect(formatJson({ a: '\u{e0041}\u009b' })).toBe('{"a":"\\udb40\\udc41\\u009b"}');
  });
});

describe('colours', () => {
  const wish = { choice: 'auto', isTerminal: true, environment: {} } as const;

  it.each([
    ['on a terminal', wish, true],
    ['not into a file', { ...wish, isTerminal: false }, false],
    ['not on a dumb terminal', { ...wish, environment: { TERM: 'dumb' } }, false],
    ['not against NO_COLOR', { ...wish, environment: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['with an empty NO_COLOR', { ...wish, environment: { NO_COLOR: '' } }, true],
    ['into a file by FORCE_COLOR', { ...wish, isTerminal: false, environment: { FORCE_COLOR: '1' } }, true],
    ['not by FORCE_COLOR=0', { ...wish, environment: { FORCE_COLOR: '0' } }, false],
    ['by --color against NO_COLOR', { ...wish, choice: 'always', environment: { NO_COLOR: '1' } }, true],
    ['not by --color=never', { ...wish, choice: 'never', environment: { FORCE_COLOR: '1' } }, false],
  ] as const)('are used %s', (_, given, used) => {
    expect(wantsColor(given)).toBe(used);
  });

  it('are left out where they are off', () => {
    const at = { now: 0 };
    expect(terminalText({ ...at, color: false }).paint('bad', 'x')).toBe('x');
    expect(terminalText({ ...at, color: true }).paint('bad', 'x')).toBe('\u001b[31mx\u001b[0m');
  });
});

describe('times, ids and columns', () => {
  const now = Date.parse('2026-11-21T13:20:00.000Z');
  const terminal = terminalText({ color: false, now });

  it.each([
    ['2026-11-21T13:20:30.000Z', 'in 30 s'],
    ['2026-11-21T13:59:00.000Z', 'in 39 min'],
    ['2026-11-22T01:00:00.000Z', 'in 11 h 40 min'],
    ['2026-11-30T13:20:00.000Z', 'in 9 d'],
    ['2026-11-21T12:00:00.000Z', '1 h 20 min ago'],
  ])('says how far off %s is', (instant, distance) => {
    expect(terminal.distance(parseInstant(instant))).toBe(distance);
  });

  it('shows times in UTC, whatever the time zone, and ids by eight letters', () => {
    expect(terminal.time(parseInstant('2026-11-21T13:20:59.999Z'))).toBe('2026-11-21 13:20 UTC');
    expect(terminal.id(`hs-${'a'.repeat(52)}`)).toBe('hs-aaaaaaaa');
  });

  it('aligns columns by letters and leaves no space at the end', () => {
    expect(
      columns(
        [
          ['a', 'b', ''],
          ['ccc', 'ü', 'd'],
        ],
        [(cell) => `<${cell}>`],
      ),
    ).toEqual(['<a>    b', '<ccc>  ü  d']);
  });
});

describe('advised command lines', () => {
  it('quote what a shell would read otherwise', () => {
    expect(shellLine(['heddle', 'start', 'task/login'])).toBe('heddle start task/login');
    expect(shellLine(['a b', "it's", '', '$(x)', '*'])).toBe(`'a b' 'it'\\''s' '' '$(x)' '*'`);
  });
});
