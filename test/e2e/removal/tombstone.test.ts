import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const ROTATED = ['--rotated-at', '2025-01-31T18:00:00Z'];

let stage: Stage;
let kept: string;
let purged: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('.env', 'KEY=mail-key-6f1d0c2b7e\n');
  stage.write('people.csv', 'somebody, 1 January\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  const people = ['people.csv', '--reason', 'names of people', '--code', 'pii'];
  kept = String((await stage.owner.answer('redact', people)).tombstone);
  const key = ['.env', '--reason', 'a mail key', '--code', 'credential', ...ROTATED];
  purged = String((await stage.owner.answer('redact', key)).tombstone);
  await stage.owner.ok(['purge', purged, '--yes']);
});
afterAll(() => stage.dispose());

describe('tombstone', () => {
  itNeedsARepository(['tombstone', 'list']);
  itNeedsARepository(['tombstone', 'show', 'hr-00000000']);
  itNeedsARepository(['tombstone', 'verify']);

  it('list names what was redacted and what was purged', async () => {
    const answer = await stage.dev.answer('tombstone-list');
    expect(schemaProblems(answer)).toEqual([]);
    const byId = new Map(answer.tombstones.map((one) => [one.tombstone, one]));
    expect(byId.get(kept as never)).toMatchObject({
      status: 'redacted',
      reasonCode: 'pii',
      paths: ['people.csv'],
    });
    expect(byId.get(purged as never)).toMatchObject({
      status: 'purged',
      rotatedAt: '2025-01-31T18:00:00.000Z',
    });
    expect(answer.tombstones).toHaveLength(2);
  });

  it('show tells who removed what and when, and which clones confirmed', async () => {
    const answer = await stage.owner.answer('tombstone-show', [purged.slice(0, 11)]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      status: 'purged',
      actor: { principal: 'owner@example.com' },
      attestation: 'verified',
      purges: [{ by: 'owner@example.com', attestation: 'verified' }],
      receipts: [{ here: true, outcome: 'complete', attestation: 'verified' }],
    });
    const { stdout } = await stage.owner.ok(['tombstone', 'show', purged]);
    const shown = normalise(stdout, stage.root).replaceAll(/^ {2}[0-9a-z]{11}\b/gm, '  <replica>');
    expect(shown).toMatchSnapshot();
  });

  it('verify needs no key, and is good', async () => {
    const anybody = stage.person('anybody');
    const answer = await anybody.answer('tombstone-verify');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      ok: true,
      findings: [],
      checked: { tombstones: 2, purges: 1, receipts: 1 },
    });
    expect((await anybody.answer('tombstone-verify', [kept])).checked.tombstones).toBe(1);
  });

  it('knows no tombstone by an unknown or a short name', async () => {
    for (const verb of ['show', 'verify']) {
      await expectRefusal(stage.dev, ['tombstone', verb, 'hr-00000000'], { exit: 65, code: 'NOT_FOUND' });
      await expectRefusal(stage.dev, ['tombstone', verb, 'hr-'], { exit: 65, code: 'AMBIGUOUS' });
    }
  });

  it('list is empty where nothing was ever redacted', async () => {
    const other = new Stage();
    try {
      await other.begin();
      expect((await other.owner.answer('tombstone-list')).tombstones).toEqual([]);
      expect((await other.owner.answer('tombstone-verify')).ok).toBe(true);
    } finally {
      other.dispose();
    }
  });
});
