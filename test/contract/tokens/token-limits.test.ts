import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { openWholeEngine, type WholeEngine } from '../../support/tokens/biscuit-engine.ts';
import { engineAccepts } from '../../support/tokens/forge-token.ts';
import { tokenBombs } from '../../support/tokens/token-bombs.ts';
import { delegate, engineFacts, LIFE, mintHeld, newRoot, REPO, TOKENS } from '../../support/tokens.ts';

const root = newRoot();
const holder = TOKENS.newHolder();
const OWN = [
  'token_version(1);',
  'principal("dev@example.com");',
  'session("session-1");',
  `repo("${REPO}");`,
  `holder(hex:${holder.publicKey});`,
  'issued(2026-11-21T12:00:00Z);',
  'check if time($time), $time <= 2026-11-22T00:00:00Z;',
].join(' ');

let engine: WholeEngine;
let evaluate: EvaluateToken;
beforeAll(async () => {
  engine = await openWholeEngine();
  evaluate = await TOKENS.loadEngine();
});

/** Milliseconds of the processor that `work` took, whatever else the machine does. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function refuse(name: string, token: Uint8Array): void {
  expect(TOKENS.read(token, [root.publicKey]), name).toMatchObject({ code: 'CREDENTIAL_MALFORMED' });
  expect(TOKENS.inspect(token).kind, name).toBe('unreadable');
  expect(evaluate(token, root.publicKey, engineFacts()), name).toEqual({
    kind: 'limit',
    why: 'the token is not readable',
  });
}

describe('a token made to cost its reader much', () => {
  it('is malformed, within a second of the processor, and never reaches the engine', () => {
    const bombs = tokenBombs(engine, root, OWN);
    const slowest = new Map<string, number>();
    for (const [name, token] of bombs)
      slowest.set(
        name,
        processorTime(() => refuse(name, token)),
      );
    console.log([...slowest].map(([name, took]) => `${took.toFixed(1)} ms ${name}`).join('\n'));
    for (const [name, took] of slowest) expect(took, name).toBeLessThan(1000);
    expect(bombs.length).toBeGreaterThan(20);
  });

  it('is one that the engine alone would read', () => {
    // Its own limits are not asked here: what is not too much to begin with is enough for this.
    const harmless = ['two hundred rules', 'an expression in a hundred parentheses', 'five hundred blocks'];
    const read = tokenBombs(engine, root, OWN).filter(([name]) => harmless.includes(name));
    expect(read.filter(([, token]) => parses(token)).map(([name]) => name)).toEqual(harmless);
    expect(read.some(([, token]) => engineAccepts(engine, token, root.publicKey))).toBe(true);
  });
});

function parses(token: Uint8Array): boolean {
  try {
    engine.Biscuit.fromBytes(token, engine.PublicKey.fromString(root.publicKey, 0));
    return true;
  } catch {
    return false;
  }
}

/** Each of ten depths a few times. */
const TURNS = process.env['HEDDLE_TEST_DEEP'] !== '1' ? 30 : 200;

describe('a machine on which every core is busy', () => {
  const busy: ChildProcess[] = [];
  afterEach(() => {
    for (const child of busy.splice(0)) child.kill('SIGKILL');
  });

  it('never turns an allowance into a limit, nor a refusal into another', () => {
    for (let core = 0; core < availableParallelism(); core += 1) {
      busy.push(spawn(process.execPath, ['-e', 'for (;;) { Math.sqrt(2); }'], { stdio: 'ignore' }));
    }
    const held = Array.from({ length: 10 }, (_, index) => {
      let chain = mintHeld({ checks: [LIFE] }, root);
      for (let depth = 0; depth < index; depth += 1) {
        chain = delegate(chain, { checks: [LIFE, { kind: 'resource', anyOf: ['acme/core@task'] }] });
      }
      return chain;
    });
    const kinds = new Map<string, number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const token = held[turn % held.length]?.token ?? new Uint8Array();
      // Another token each time: nothing of the one before can be kept.
      const { kind } = evaluate(token, root.publicKey, engineFacts({ depth: turn % 10 }));
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const refused = evaluate(token, root.publicKey, engineFacts({ depth: turn % 10, grants: [] }));
      kinds.set(refused.kind, (kinds.get(refused.kind) ?? 0) + 1);
    }
    expect(busy.every(({ exitCode }) => exitCode === null)).toBe(true);
    expect(Object.fromEntries(kinds)).toEqual({ allow: TURNS, 'no-match': TURNS });
  }, 300_000);
});
