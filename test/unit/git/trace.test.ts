import { describe, expect, it } from 'vitest';
import { readTrace } from '#git/version/trace.ts';

const VERSION = '{"event":"version","sid":"s","thread":"main","evt":"3","exe":"2.39.5"}\n';

function read(stderr: string): { readonly version: string | null; readonly said: string } {
  const { version, stderr: rest } = readTrace(Buffer.from(stderr, 'latin1'));
  return { version, said: rest.toString('latin1') };
}

describe('a trace of git', () => {
  it('begins with the version, and is no part of what git says', () => {
    const lines = `${VERSION}{"event":"start","argv":["git"]}\nfatal: \xffbad config\n{"event":"exit","code":128}\n`;
    expect(read(lines)).toEqual({ version: '2.39.5', said: 'fatal: \xffbad config\n' });
  });

  it('names what a vendor made of the version', () => {
    const said = VERSION.replace('2.39.5', '2.39.5 (Apple Git-154)');
    expect(read(said)).toEqual({ version: '2.39.5 (Apple Git-154)', said: '' });
  });

  it.each(['', 'fatal: not a git repository\n', '{"event":"start"}\n', `warning: x\n${VERSION}`])(
    'is none where %j is said',
    (said) => {
      expect(read(said)).toEqual({ version: null, said });
    },
  );
});
