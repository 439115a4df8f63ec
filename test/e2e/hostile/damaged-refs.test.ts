import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

const SET = 'refs/heddle/tombstones';
const THREAD = 'refs/heddle/threads/zz';
const NAME = `hr-${'0'.repeat(52)}`;

let stage: Stage;
let first: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('a.txt', 'first secret\n');
  stage.write('b.txt', 'second secret\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  first = await redact('a.txt');
  stage.keep();
});
afterEach(() => stage.reset());
afterAll(() => stage.dispose());

async function redact(path: string): Promise<string> {
  return String((await stage.owner.answer('redact', [path, '--reason', 'leaked'])).tombstone);
}

/** A Git object of what is typed; its id. */
function write(content: string, ...how: readonly string[]): string {
  return stage.repository.gitBytes(stage.path, how, Buffer.from(content)).toString().trim();
}

function setOf(...rows: readonly string[]): string {
  const tree = write(`${rows.join('\n')}\n`, 'mktree', '--missing');
  return stage.git('commit-tree', tree, '-m', 'planted').trim();
}

describe('whoever can write refs', () => {
  it('stops nobody with a garbage tombstone: it is told, kept, and git has nothing against it', async () => {
    const blob = write('garbage', 'hash-object', '-w', '--stdin');
    const sound = stage.git('ls-tree', SET).trimEnd();
    stage.git('update-ref', SET, setOf(sound, `100644 blob ${blob}\t${NAME}`, `100644 blob ${blob}\tnote`));
    const second = await redact('b.txt');
    await stage.owner.ok(['undo']);
    await stage.owner.ok(['purge', first, '--yes']);
    const { tombstones, findings } = await stage.owner.answer('tombstone-list');
    expect(new Map(tombstones.map(({ tombstone, status }) => [String(tombstone), status]))).toEqual(
      new Map([
        [first, 'purged'],
        [second, 'lifted'],
      ]),
    );
    expect(findings.map(({ subject }) => subject)).toEqual([`${SET}/${NAME}`, `${SET}/note`]);
    const doctor = await stage.owner.answer('doctor', [], { exit: 1 });
    expect(doctor.findings.map(({ subject }) => subject)).toEqual([`${SET}/${NAME}`, `${SET}/note`]);
    expect(stage.git('ls-tree', SET)).toContain(`100644 blob ${blob}\tnote`);
    expect(stage.gitCode('fsck', '--strict')).toBe(0);
  });

  it('is answered, where the ref leads to no set, with the command that puts the log’s back', async () => {
    const sound = stage.git('rev-parse', SET).trim();
    stage.git('update-ref', SET, write('garbage', 'hash-object', '-w', '--stdin'));
    const argv = ['redact', 'b.txt', '--reason', 'leaked'];
    await expectRefusal(stage.owner, argv, { exit: 65, code: 'TOMBSTONE_INVALID' });
    const refused = await stage.owner.run(argv);
    const { findings } = await stage.owner.answer('doctor', [], { exit: 1 });
    const way = `git update-ref ${SET} ${sound}`;
    for (const told of [refused.stderr, JSON.stringify(findings)]) expect(told).toContain(way);
    stage.git(...way.split(' ').slice(1));
    await redact('b.txt');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('stops nobody with a thread ref that leads to no state', async () => {
    stage.git('update-ref', THREAD, stage.git('rev-parse', 'HEAD').trim());
    const run = await stage.owner.ok(['redact', 'b.txt', '--reason', 'leaked']);
    expect(run.stderr).toContain(`git update-ref -d ${THREAD}`);
    await stage.owner.ok(['purge', first, '--yes']);
    await stage.owner.ok(['freeze']);
    await stage.owner.ok(['unfreeze']);
    const listed = await stage.owner.ok(['thread', 'list']);
    expect(listed.stderr).toContain(`${THREAD} leads to no state`);
    expect(listed.stdout).toContain('task/login');
    await stage.owner.ok(['token', 'list']);
    await expectRefusal(stage.owner, ['log', 'zz'], { exit: 65, code: 'OBJECT_CORRUPT' });
    const { findings } = await stage.owner.answer('verify', ['--all'], { exit: 1 });
    expect(findings.map(({ subject }) => subject.split(' ')[0])).toEqual(['zz', THREAD]);
    stage.git('update-ref', '-d', THREAD);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });
});
