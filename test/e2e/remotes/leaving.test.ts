import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
const bare = (): string => stage.beside('remote.git');
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.git('init', '-q', '--bare', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
});
afterAll(() => stage.dispose());

const remoteRefs = (): string => stage.git('-C', bare(), 'for-each-ref');

describe('what leaves with a push', () => {
  it('is attributed where the policy asks for it, from the first push to a branch on', async () => {
    await stage.owner.ok(['policy', 'set', '--attribution', 'required']);
    const first = await stage.owner.ok(['push', '--branch', 'main']);
    expect(first.stderr).toContain('the remote has no branch yet');
    const before = remoteRefs();
    stage.write('by-hand.ts', 'export const byHand = true;\n');
    stage.git('add', 'by-hand.ts');
    stage.git('commit', '-q', '-m', 'By hand');
    await expectRefusal(stage.owner, ['push', '--branch', 'main'], { exit: 65, code: 'PUSH_REFUSED' });
    const { stderr } = await stage.owner.run(['push', '--branch', 'main']);
    expect(stderr).toContain('main would bring what no state answers for');
    expect(stderr).toContain('by-hand.ts');
    expect(stderr).toContain('heddle land');
    expect(remoteRefs()).toBe(before);
    await stage.owner.ok(['policy', 'set', '--unset', 'attribution']);
    await stage.owner.ok(['push', '--branch', 'main']);
  });

  it('goes where the policy says, whatever git puts in place of an address', async () => {
    await stage.owner.ok(['policy', 'set', '--remotes', 'https://example.com/acme']);
    stage.git('remote', 'set-url', 'origin', 'https://example.com/acme/core.git');
    stage.git('config', `url.${bare()}.insteadOf`, 'https://example.com/acme/core.git');
    const before = remoteRefs();
    await expectRefusal(stage.owner, ['push'], { exit: 65, code: 'REMOTE_REFUSED' });
    const { stderr } = await stage.owner.run(['push']);
    expect(stderr).toContain('heddle policy set --remotes');
    expect(stderr).toMatch(/policy +hg-/);
    expect(remoteRefs()).toBe(before);
    await stage.owner.ok(['policy', 'set', '--remotes', stage.path.slice(0, stage.path.lastIndexOf('/'))]);
    await stage.owner.ok(['push']);
  });
});
