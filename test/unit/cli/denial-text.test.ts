import { describe, expect, it } from 'vitest';
import { SAMPLE, SAMPLE_DENIAL, SCOPE_DENIAL } from '../../support/samples/results/shared-samples.ts';
import { denialText } from '#cli/denial-text.ts';
import { reportError } from '#cli/error-report.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { terminalText } from '#cli/terminal-text.ts';
import type { Denial, RecordedDenial } from '#domain/decision/decision.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';

const terminal = terminalText({ color: false, now: 0 });
const textOf = (recorded: RecordedDenial): string => denialText(recorded, terminal).join('\n');
const changed = (fields: Partial<Denial>): string =>
  textOf({ ...SAMPLE_DENIAL, denial: { ...SAMPLE_DENIAL.denial, ...fields } });

describe('a denial', () => {
  it('at role has exactly the documented form', () => {
    expect(textOf(SAMPLE_DENIAL)).toBe(
      [
        'error: denied at role: state:capture on acme/core@main',
        '  principal  dev@example.com, acting through review-worker (ed25519:7f3c7f3c…)',
        '  required   developer at acme/core@main',
        '  held       reader at acme            (grant hg-4k2m9x7p…, by owner@example.com, 2026-11-02)',
        '  scope      passed: 2 blocks',
        '  fix        heddle grant add dev@example.com developer acme/core@main',
        '             may be run by: owner@example.com (owner of acme)',
        '  ask        heddle request --denial ho-9t3c1w8q',
        '  nothing was changed · recorded as ho-9t3c1w8q…',
      ].join('\n'),
    );
  });

  it('at scope names every refused resource and each check that failed', () => {
    expect(textOf(SCOPE_DENIAL)).toMatchInlineSnapshot(`
      "error: denied at scope: state:capture on acme/core@main
        refused    acme/core@main:docs
                   acme/core@main:test
        principal  dev@example.com, acting through planner (ed25519:7f3c7f3c…), then writer (ed25519:7f3c7f3c…)
        scope      failed: block 2 (writer): only at acme/core:src
                     expected acme/core:src, is acme/core@main:docs
                     check if within("acme/core:src")
        fix        none: planner has no more to give
        nothing was asked to change"
    `);
  });

  it('before scope says why, and that scope was not asked', () => {
    const text = changed({
      code: 'CREDENTIAL_MISSING',
      stage: 'credential',
      principal: null,
      via: [],
      required: null,
      held: null,
      gates: ['freeze', 'credential'],
      message: 'no credential was given',
    });
    expect(text).toContain('  reason     no credential was given');
    expect(text).toContain('  principal  nobody');
    expect(text).toContain('  scope      not asked');
    expect(text).not.toContain('held');
  });

  it('at policy names the rule, where it is asked, and who asks', () => {
    const text = changed({
      code: 'POLICY_DEPTH',
      stage: 'policy',
      gates: ['freeze', 'credential', 'holder', 'floor', 'scope', 'role', 'policy'],
      message: 'the credential names 2 agents, and at most 1 may be in a chain at acme/core@\u202ex',
      rule: {
        rule: 'depth',
        policy: SAMPLE.grant,
        at: 'acme/core@\u202ex',
        by: 'owner@example.com',
        since: SAMPLE.since,
      },
    });
    expect(text).toContain('  reason     the credential names 2 agents');
    expect(text).toMatch(
      /^ {2}policy {5}max-depth at acme\/core@\\u\{202e\}x {2}\(policy hg-4k2m9x7p…, by owner@example\.com, 2026-11-02\)$/m,
    );
  });

  it('says that no role is held', () => {
    expect(changed({ code: 'ROLE_NONE', held: null })).toContain('  held       nothing');
  });

  it('shows hostile names escaped', () => {
    const text = changed({ principal: 'a\u001b[31m\nerror: fine', resource: 'n/r@\u202ex' });
    expect(text).toContain('a\\x1b[31m\\nerror: fine');
    expect(text).toContain('n/r@\\u{202e}x');
  });

  it('says how to ask only to whom no fix names, once it was recorded and signed', () => {
    const [fix] = SAMPLE_DENIAL.denial.fixes;
    if (fix === undefined) throw new Error('the sample has a fix');
    expect(changed({ fixes: [{ ...fix, who: ['review-worker'] }] })).not.toContain('heddle request');
    expect(changed({ fixes: [], why: 'no' })).not.toContain('heddle request');
    expect(changed({ stage: 'credential' })).not.toContain('heddle request');
    expect(textOf({ ...SAMPLE_DENIAL, id: null })).not.toContain('heddle request');
  });

  it('leaves the process with 77 and no field out of its JSON', () => {
    const report = reportError(new DeniedError(SAMPLE_DENIAL));
    expect(report.exit).toBe(77);
    expect(report.json).toEqual({
      schema: 'heddle/denial/v1',
      exit: 77,
      id: SAMPLE_DENIAL.id,
      preserved: SAMPLE_DENIAL.preserved,
      request: ['heddle', 'request', '--denial', SAMPLE_DENIAL.id],
      ...SAMPLE_DENIAL.denial,
    });
  });

  it('advises what the parser understands', () => {
    for (const { argv } of SAMPLE_DENIAL.denial.fixes) expect(parseAdvice(argv).kind).toBe('verb');
  });
});
