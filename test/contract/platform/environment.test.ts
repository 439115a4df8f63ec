import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nowMilliseconds } from '#platform/clock.ts';
import { findDirectories } from '#platform/directories.ts';
import { readEnvironment } from '#platform/environment.ts';
import { randomBytes } from '#platform/random.ts';

describe('the environment', () => {
  it('says nothing where nothing is set, or only empty values', () => {
    const nothing = readEnvironment({});
    expect(Object.values(nothing).filter((value) => value !== null)).toEqual([[], false]);
    const names = ['PRINCIPAL', 'AGENT', 'CREDENTIAL', 'CONFIDENCE', 'TRACE'].map((name) => `HEDDLE_${name}`);
    expect(readEnvironment(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(nothing);
  });

  it('takes each value from its variable', () => {
    expect(
      readEnvironment({
        HEDDLE_PRINCIPAL: 'ann',
        HEDDLE_AGENT: 'worker',
        HEDDLE_AGENT_PROVIDER: 'p',
        HEDDLE_AGENT_MODEL: 'm',
        HEDDLE_AGENT_SESSION: 's',
        HEDDLE_CONFIDENCE: '0.50',
        HEDDLE_CREDENTIAL: '/c.hcred',
        HEDDLE_OPERATION_ID: 'id',
        HEDDLE_PASSPHRASE_FILE: '/pass',
        HEDDLE_PAGER: 'more',
        HEDDLE_TRACE: '1',
      }),
    ).toEqual({
      principal: 'ann',
      principalConflict: [],
      agent: 'worker',
      provider: 'p',
      model: 'm',
      session: 's',
      confidence: '0.50',
      credentialPath: '/c.hcred',
      operationId: 'id',
      passphraseFile: '/pass',
      pager: 'more',
      trace: true,
      agentDetected: null,
    });
  });

  it.each(['HEDDLE_PRINCIPAL', 'HEDDLE_PRINCIPAL_NAME', 'HEDDLE_PRINCIPAL_EMAIL'])(
    'takes the principal from %s alone',
    (name) => {
      expect(readEnvironment({ [name]: 'ann' })).toMatchObject({ principal: 'ann', principalConflict: [] });
    },
  );

  it('takes a principal that is said twice alike, and none that is said in two ways', () => {
    const [name, email] = ['HEDDLE_PRINCIPAL_NAME', 'HEDDLE_PRINCIPAL_EMAIL'];
    expect(readEnvironment({ [name]: 'ann', [email]: 'ann' })).toMatchObject({
      principal: 'ann',
      principalConflict: [],
    });
    expect(readEnvironment({ [name]: 'ann', [email]: 'bob' })).toMatchObject({
      principal: null,
      principalConflict: [email, name],
    });
  });

  it.each(['AI_AGENT', 'CLAUDECODE', 'CURSOR_AGENT', 'GEMINI_CLI', 'CODEX_SANDBOX', 'CODEX_THREAD_ID'])(
    'sees an agent by %s, unless it is off',
    (name) => {
      expect(readEnvironment({ [name]: '1' }).agentDetected).toBe(name);
      expect(readEnvironment({ [name]: '0' }).agentDetected).toBeNull();
      expect(readEnvironment({ [name]: 'false' }).agentDetected).toBeNull();
    },
  );

  it('sees no agent by what people set for themselves', () => {
    expect(readEnvironment({ CODEX_HOME: '/x', TERM: 'xterm', EDITOR: 'vi' }).agentDetected).toBeNull();
  });
});

describe('the directories', () => {
  it('are those of XDG, each where it is set', () => {
    expect(findDirectories({ HOME: '/home/ann', XDG_STATE_HOME: '/var/ann' })).toEqual({
      config: '/home/ann/.config/heddle',
      data: '/home/ann/.local/share/heddle',
      state: '/var/ann/heddle',
      cache: '/home/ann/.cache/heddle',
    });
  });

  it('are below HEDDLE_HOME where it is set, whatever else is', () => {
    const set = { HEDDLE_HOME: 'rel', HOME: '/home/ann', XDG_DATA_HOME: '/data' };
    const home = resolve('rel');
    expect(findDirectories(set)).toEqual({
      config: `${home}/config`,
      data: `${home}/data`,
      state: `${home}/state`,
      cache: `${home}/cache`,
    });
  });

  it('are in no work tree where HOME is relative or empty', () => {
    const home = process.env['HOME'];
    const passwd = userInfo().homedir;
    try {
      for (const odd of ['', 'rel', './rel']) {
        process.env['HOME'] = odd;
        expect(findDirectories({ HOME: odd }).data).toBe(`${passwd}/.local/share/heddle`);
      }
    } finally {
      if (home === undefined) delete process.env['HOME'];
      else process.env['HOME'] = home;
    }
  });

  it('ignore relative XDG variables, and know a home without HOME', () => {
    expect(findDirectories({ XDG_DATA_HOME: 'relative', HOME: '' }).data).toBe(
      `${homedir()}/.local/share/heddle`,
    );
  });
});

describe('clock and randomness', () => {
  it('are the system’s', () => {
    expect(Math.abs(nowMilliseconds() - Date.now())).toBeLessThan(1_000);
    expect(randomBytes(16)).toHaveLength(16);
    expect(new Set(Array.from({ length: 1_000 }, () => randomBytes(16).join())).size).toBe(1_000);
  });
});
