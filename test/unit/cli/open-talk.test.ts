import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openTalk, type Listener } from '#cli/open-talk.ts';
import { createOutput } from '#cli/output.ts';

class Screen extends Writable {
  text = '';
  columns = 20;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function listen(more: Partial<Listener> = {}): { readonly screen: Screen; readonly listener: Listener } {
  const screen = new Screen();
  const output = createOutput({
    stdout: new Screen(),
    stderr: screen,
    writeNow: (_, bytes) => bytes,
    pagerCommand: null,
    showInPager: async () => false,
  });
  const listener: Listener = {
    output,
    isTerminal: { stdin: true, stderr: true },
    now: () => 0,
    readLine: async () => 'yes',
    readHidden: async () => new Uint8Array([1]),
    silent: false,
    ...more,
  };
  return { screen, listener };
}

describe('the talk of a verb', () => {
  it('asks on a terminal, escaped, and gives back the line', async () => {
    const { screen, listener } = listen();
    const talk = openTalk(listener);
    expect(talk.asks).toBe(true);
    expect(await talk.ask('sure of \u001b[2J? ')).toBe('yes');
    expect(await talk.askHidden('secret? ')).toEqual(new Uint8Array([1]));
    expect(screen.text).toBe('sure of \\x1b[2J? ');
    talk.close();
  });

  it('ends the line where somebody leaves instead of answering', async () => {
    const { screen, listener } = listen({ readLine: async () => null });
    const talk = openTalk(listener);
    expect(await talk.ask('sure? ')).toBeNull();
    expect(screen.text).toBe('sure? \n');
    talk.close();
  });

  it.each([
    ['input that is no terminal', { isTerminal: { stdin: false, stderr: true } }],
    ['talk that is no terminal', { isTerminal: { stdin: true, stderr: false } }],
    ['--json', { silent: true }],
  ])('asks nobody with %s', async (_, more) => {
    let asked = 0;
    const readLine = async (): Promise<string> => {
      asked += 1;
      return 'yes';
    };
    const { screen, listener } = listen({ ...more, readLine });
    const talk = openTalk(listener);
    expect(talk.asks).toBe(false);
    expect(await talk.ask('sure? ')).toBeNull();
    expect(await talk.askHidden('secret? ')).toBeNull();
    await talk.say('a line');
    expect([asked, screen.text]).toEqual([0, '']);
    talk.close();
  });

  it.each([
    ['on a terminal', {}, /long work/],
    ['with --json', { silent: true }, /^$/],
    ['off a terminal', { isTerminal: { stdin: true, stderr: false } }, /^$/],
  ])('%s shows progress or stays silent', async (_, more, expected) => {
    let now = 0;
    const { screen, listener } = listen({ ...more, now: () => now });
    const talk = openTalk(listener);
    talk.step('long work', 1, 2);
    now = 5000;
    await new Promise((resolve) => setTimeout(resolve, 450));
    talk.close();
    expect(screen.text).toMatch(expected);
    expect(screen.text).toMatch(/(?:^|\r)$/);
  });
});

describe('a status line', () => {
  it('is replaced whole, cut at the edge, and gone without a trace', () => {
    const { screen, listener } = listen();
    const { status } = listener.output;
    status('0123456789012345678901234');
    status('short');
    status('');
    status('');
    expect(screen.text).toBe(`\r0123456789012345678\rshort${' '.repeat(14)}\r${' '.repeat(5)}\r`);
  });
});

describe('the last line of a terminal', () => {
  it.each([
    ['cut where the terminal ends', 20, `\r${'x'.repeat(19)}`],
    ['not cut to a letter where a pseudo-terminal has no size', 0, `\r${'x'.repeat(79)}`],
  ])('is %s', (_, columns, expected) => {
    const { screen, listener } = listen();
    screen.columns = columns;
    listener.output.status('x'.repeat(100));
    expect(screen.text).toBe(expected);
  });
});
