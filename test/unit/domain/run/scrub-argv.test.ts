import { describe, expect, it } from 'vitest';
import { scrubArgv } from '#domain/run/scrub-argv.ts';

const SECRET = 'Zx8Qm2Rv9Lp4Tk7Wn3Bc6Yd1';

describe('a command line that is shown', () => {
  it.each([
    [['--token=abc'], ['--token=***']],
    [
      ['--token', 'abc', 'next'],
      ['--token', '***', 'next'],
    ],
    [
      ['--api-key', 'abc'],
      ['--api-key', '***'],
    ],
    [['--openai.api_key=abc'], ['--openai.api_key=***']],
    [
      ['-password', 'abc'],
      ['-password', '***'],
    ],
    [
      ['--user', 'me:abc'],
      ['--user', '***'],
    ],
    [
      ['-u', 'me:abc'],
      ['-u', '***'],
    ],
    [['PASSWORD=abc'], ['PASSWORD=***']],
    [
      ['env', 'ANY_NAME=abc', 'cmd'],
      ['env', 'ANY_NAME=***', 'cmd'],
    ],
    [['https://me:abc@example.com/p'], ['https://***@example.com/p']],
    [['https://example.com/?q=1&access_token=abc&z=2'], ['https://example.com/?q=1&access_token=***&z=2']],
    [
      ['-H', 'Authorization: Bearer abcdefghijk'],
      ['-H', 'Authorization: ***'],
    ],
    [['curl -H "X-Api-Key: abc" x'], ['curl -H "X-Api-Key: ***" x']],
    [['{"password": "abc"}'], ['{"password": "***"}']],
    [['login --password abc now'], ['login --password *** now']],
    [['deadbeef'.repeat(4)], ['***']],
    [['ghp_abcdefghijklmnop1234'], ['***']],
    [['sk-ant-REDACTED'], ['***']],
    [['AKIAIOSFODNN7EXAMPLE'], ['***']],
    [['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'], ['***']],
    [[SECRET], ['***']],
    [[`say ${SECRET} aloud`], ['say *** aloud']],
  ])('%j becomes %j', (argv, shown) => {
    expect(scrubArgv(argv)).toEqual(shown);
  });

  it.each([
    [['claude', '-p', 'Fix the login page, please', '--model', 'large']],
    [['./node_modules/.bin/vitest', 'run', 'test/unit/domain/authority/authority-fold.test.ts']],
    [['make', '-j8', '--directory=../build', 'all']],
    [['git', 'log', '--format=%H', 'main..topic/key-rotation']],
    [['--keep-going', '--monkey', 'wrench', '--author', 'me']],
    [['https://example.com/a/b?page=2']],
    [['sh', '-c', 'cd src && npm test']],
  ])('%j stays as it is', (argv) => {
    expect(scrubArgv(argv)).toEqual(argv);
  });

  it('is cut where it is long', () => {
    const shown = scrubArgv(['ä '.repeat(500), ...Array.from({ length: 500 }, () => 'x')]);
    expect(Array.from(shown[0] ?? '')).toHaveLength(401);
    expect(shown).toHaveLength(201);
    expect(shown.at(-1)).toBe('… and 301 more');
  });

  it('takes no time to speak of, whatever it is', () => {
    const hostile = [
      'a'.repeat(100_000),
      '-'.repeat(100_000),
      `--${'a-'.repeat(50_000)}`,
      '_='.repeat(50_000),
      'key '.repeat(25_000),
      'token.'.repeat(20_000),
      'https://'.repeat(12_000),
    ];
    expect(scrubArgv(hostile)).toHaveLength(hostile.length);
  });
});
