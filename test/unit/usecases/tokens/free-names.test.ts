import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import type { CredentialStore } from '#ports/keys.ts';
import { besideWorktree, freeName } from '#usecases/tokens/free-names.ts';

const holding = (...taken: readonly string[]) => ({
  credentials: {
    assertFree: async (path: string) => {
      if (taken.includes(path)) throw new HeddleError('OUTPUT_EXISTS', 'there is something already');
      if (path.startsWith('/')) throw new HeddleError('IO_FAILED', 'cannot be told');
    },
  } as CredentialStore,
});

describe('the name of a file that a fix makes', () => {
  it.each([
    [[], 'bot.hcred', 'bot.hcred'],
    [['bot.hcred'], 'bot.hcred', 'bot-2.hcred'],
    [['bot.hcred', 'bot-2.hcred'], 'bot.hcred', 'bot-3.hcred'],
    [['bot'], 'bot', 'bot-2'],
  ])('with %j there, for %s is %s', async (taken, name, free) => {
    expect(await freeName(holding(...taken), name)).toBe(free);
  });

  it('is left as it is where nothing is free, or nothing can be told', async () => {
    const numbered = Array.from({ length: 100 }, (_, index) => `bot-${index}.hcred`);
    expect(await freeName(holding('bot.hcred', ...numbered), 'bot.hcred')).toBe('bot.hcred');
    expect(await freeName(holding(), '/bot.hcred')).toBe('/bot.hcred');
  });
});

describe('a name beside the work tree', () => {
  it.each([
    ['/core', '../bot.hcred'],
    ['/core/src/deep', '../../../bot.hcred'],
    ['/elsewhere', 'bot.hcred'],
    ['/core-old', 'bot.hcred'],
  ])('seen from %s is %s', (directory, name) => {
    const places = { worktree: '/core', gitDir: '', commonDir: '', objectFormat: 'sha1' };
    expect(besideWorktree({ places, directory }, 'bot.hcred')).toBe(name);
  });
});
