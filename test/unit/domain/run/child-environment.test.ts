import { describe, expect, it } from 'vitest';
import { agentNameOf } from '#domain/run/agent-name.ts';
import { assertPassable, ownVariables, passedOn } from '#domain/run/child-environment.ts';

const IDENTITY = { run: 'ho-x', credential: 'fd:3', agent: 'claude', provider: null, model: null };

describe('the variables of a run', () => {
  it('are a short list, locales, and what was named', () => {
    const variables = {
      PATH: '/bin',
      LC_TIME: 'C',
      LC_x: 'no',
      LCD: 'no',
      API_KEY: 'k',
      OTHER: 'o',
      GIT_DIR: 'g',
      NODE_OPTIONS: '--import x',
      LD_PRELOAD: 'x',
      HEDDLE_PRINCIPAL: 'p',
      XDG_DATA_HOME: '/d',
      UNSET: undefined,
    };
    expect(passedOn(variables, ['API_KEY', 'UNSET', 'HEDDLE_PRINCIPAL'])).toEqual({
      PATH: '/bin',
      LC_TIME: 'C',
      API_KEY: 'k',
      XDG_DATA_HOME: '/d',
    });
  });

  it('show an agent at work, whatever it is called', () => {
    expect(ownVariables(IDENTITY)).toEqual({
      HEDDLE_RUN: 'ho-x',
      HEDDLE_CREDENTIAL: 'fd:3',
      AI_AGENT: 'claude',
    });
    for (const agent of ['no', 'Off', 'FALSE', '0']) {
      expect(ownVariables({ ...IDENTITY, agent })['AI_AGENT']).toBe(`agent-${agent}`);
    }
    expect(ownVariables({ ...IDENTITY, provider: 'p', model: 'm' })).toMatchObject({
      HEDDLE_AGENT_PROVIDER: 'p',
      HEDDLE_AGENT_MODEL: 'm',
    });
  });

  it.each(['HEDDLE_CREDENTIAL', 'HEDDLE_RUN', 'HEDDLE_AGENT', 'AI_AGENT', '', '1A', 'A-B', 'A\n', 'Ä'])(
    'cannot be given %j',
    (name) => {
      expect(() => assertPassable([name])).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  it('may be named up to a hundred times', () => {
    const names = Array.from({ length: 101 }, (_, index) => `N${index}`);
    expect(() => assertPassable(names.slice(1))).not.toThrow();
    expect(() => assertPassable(names)).toThrow(/at most 100/);
  });
});

describe('the name of an agent that nobody named', () => {
  it.each([
    ['claude', 'claude'],
    ['/usr/local/bin/claude', 'claude'],
    ['./my tool (2).sh', 'my-tool-2-.sh'],
    ['--help', 'help'],
    ['..', 'agent'],
    ['/', 'agent'],
    ['ä', 'agent'],
    ['x'.repeat(200), 'x'.repeat(60)],
  ])('is of %j %j', (program, name) => {
    expect(agentNameOf(program)).toBe(name);
  });
});
