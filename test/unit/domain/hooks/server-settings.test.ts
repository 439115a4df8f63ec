import { describe, expect, it } from 'vitest';
import { judgeServerSettings } from '#domain/hooks/server-settings.ts';

const GOOD = [
  { key: 'receive.maxinputsize', value: '512m' },
  { key: 'transfer.fsckobjects', value: 'true' },
];
const subjects = (found: readonly { readonly subject: string }[]): readonly string[] =>
  found.map(({ subject }) => subject);

describe('the git configuration of a server', () => {
  it('is worth no word where it is as advised', () => {
    expect(judgeServerSettings(GOOD)).toEqual({ findings: [], advice: [] });
  });

  it('bounds nothing by itself', () => {
    expect(subjects(judgeServerSettings([]).advice)).toEqual(['receive.maxInputSize', 'receive.fsckObjects']);
  });

  it.each([
    ['receive.maxinputsize', '0', 'receive.maxInputSize'],
    ['receive.fsckobjects', 'false', 'receive.fsckObjects'],
    ['receive.denynonfastforwards', 'true', 'receive.denyNonFastForwards'],
    ['receive.denydeletes', '', 'receive.denyDeletes'],
  ])('is advised against where it says %s=%s', (key, value, subject) => {
    const { findings, advice } = judgeServerSettings([...GOOD, { key, value }]);
    expect([subjects(findings), subjects(advice)]).toEqual([[], [subject]]);
  });

  it.each([
    ['transfer.hiderefs', 'refs/heddle', 'transfer.hideRefs'],
    ['receive.hiderefs', '^refs/heddle/authority', 'receive.hideRefs'],
    ['uploadpack.hiderefs', 'refs/', 'uploadpack.hideRefs'],
    ['receive.procreceiverefs', 'refs/heads', 'receive.procReceiveRefs'],
  ])('keeps heddle from its work where it says %s=%s', (key, value, subject) => {
    expect(subjects(judgeServerSettings([...GOOD, { key, value }]).findings)).toEqual([subject]);
  });

  it('may hide what is others’, and show again', () => {
    const others = ['refs/heddleless', 'refs/pull', '!refs/heddle/threads'];
    const settings = others.map((value) => ({ key: 'transfer.hiderefs', value }));
    expect(judgeServerSettings([...GOOD, ...settings]).findings).toEqual([]);
  });
});
