import { describe, expect, it } from 'vitest';
import type { CallerSaid, Said } from '#ports/workspace.ts';
import { resolveAttribution } from '#usecases/caller/actor-fields.ts';
import { chainOf, delegation, DEV, OWNER, session } from '../../../support/decisions.ts';
import { SAID_NOTHING } from '../../../support/memory/workspace.ts';

const flag = (value: string): Said => ({ value, source: 'flag' });
const variable = (value: string): Said => ({ value, source: 'environment' });
const said = (change: Partial<CallerSaid>): CallerSaid => ({ ...SAID_NOTHING, ...change });
const agentChain = chainOf(session(OWNER), [delegation('bot', [], { provider: 'acme', model: 'm-1' })]);

describe('attribution', () => {
  it('of somebody who says nothing names nobody', () => {
    const { actor, sources } = resolveAttribution(null, SAID_NOTHING, null);
    expect(actor).toEqual({
      principal: 'unknown',
      agent: null,
      provider: null,
      model: null,
      session: null,
      confidence: null,
    });
    expect(new Set(Object.values(sources))).toEqual(new Set(['none']));
  });

  it('takes each field from where it was said', () => {
    const { actor, sources } = resolveAttribution(
      null,
      said({
        agent: flag('bot'),
        provider: variable('acme'),
        model: variable('m-1'),
        session: variable('s'),
        confidence: flag('1'),
      }),
      DEV,
    );
    expect(actor).toEqual({
      principal: DEV,
      agent: 'bot',
      provider: 'acme',
      model: 'm-1',
      session: 's',
      confidence: '1.00',
    });
    expect(sources).toEqual({
      principal: 'default',
      agent: 'flag',
      provider: 'environment',
      model: 'environment',
      session: 'environment',
      confidence: 'flag',
    });
  });

  it('is the credential’s where the credential says it', () => {
    const { actor, sources, contradictions } = resolveAttribution(agentChain, SAID_NOTHING, DEV);
    expect(actor).toMatchObject({ principal: OWNER, agent: 'bot', provider: 'acme', model: 'm-1' });
    expect(sources).toMatchObject({ principal: 'credential', agent: 'credential', model: 'credential' });
    expect(contradictions).toEqual([]);
  });

  it('is of the last agent alone: what its parent runs on says nothing about it', () => {
    const chain = chainOf(
      session(OWNER),
      [...agentChain.blocks.slice(1), delegation('inner')].filter((block) => block.kind !== 'authority'),
    );
    const { actor, sources } = resolveAttribution(chain, SAID_NOTHING, null);
    expect(actor).toMatchObject({ agent: 'inner', provider: null, model: null });
    expect(sources).toMatchObject({ agent: 'credential', provider: 'none', model: 'none' });
  });

  it('names what contradicts the credential, and keeps to the credential', () => {
    const { actor, contradictions } = resolveAttribution(
      agentChain,
      said({ principal: flag(DEV), agent: variable('other'), provider: flag('acme'), model: flag('m-2') }),
      null,
    );
    expect(actor).toMatchObject({ principal: OWNER, agent: 'bot', model: 'm-1' });
    expect(contradictions).toEqual([
      { field: 'principal', said: DEV, credential: OWNER },
      { field: 'agent', said: 'other', credential: 'bot' },
      { field: 'model', said: 'm-2', credential: 'm-1' },
    ]);
  });

  it('may add to a session what it does not name', () => {
    const { actor, contradictions } = resolveAttribution(
      chainOf(session(OWNER)),
      said({ agent: flag('editor'), provider: flag('acme'), model: flag('m-1') }),
      null,
    );
    expect(actor).toMatchObject({ principal: OWNER, agent: 'editor', provider: 'acme', model: 'm-1' });
    expect(contradictions).toEqual([]);
  });

  it.each([
    ['provider', 'model'],
    ['model', 'provider'],
  ] as const)('refuses a %s without a %s', (field, missing) => {
    const attempt = (): unknown => resolveAttribution(null, said({ [field]: flag('x') }), DEV);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'PROVIDER_MODEL_PAIR',
        facts: expect.objectContaining({ missing }) as unknown,
      }),
    );
  });

  it.each([
    ['0', '0.00'],
    ['0.8', '0.80'],
    ['.8', '0.80'],
    ['0.85', '0.85'],
    ['0.05', '0.05'],
    ['1', '1.00'],
    ['1.0', '1.00'],
    ['1.00', '1.00'],
  ])('writes the confidence %s as %s', (given, expected) => {
    expect(resolveAttribution(null, said({ confidence: flag(given) }), DEV).actor.confidence).toBe(expected);
  });

  it.each([
    '',
    '.',
    '1.01',
    '2',
    '-0.5',
    '0.855',
    '80%',
    '0,8',
    ' 0.8',
    '0.8\n',
    'NaN',
    '00.5',
    '+1',
    '1e0',
    '٠.٨',
  ])('refuses the confidence %j', (given) => {
    const attempt = (): unknown => resolveAttribution(null, said({ confidence: flag(given) }), DEV);
    expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIDENCE_INVALID' }));
  });
});
