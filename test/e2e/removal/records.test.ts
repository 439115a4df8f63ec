import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { Stage } from '../../support/cli/stage.ts';

/** Nothing that a run's record would leave out by itself. */
const SECRET = 'violet meadow 5821 harbour';
const HIDE = ['--code', 'credential', '--reason', 'a token was written there'];

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture', '-m', `call it with ${SECRET}`]);
  await stage.dev.ok(['run', '--preset', 'review', '--', process.execPath, '-e', '0', SECRET]);
  stage.write('src/a.ts', 'b\n');
  await stage.dev.ok(['capture', '-m', 'second']);
});
afterAll(() => stage.dispose());

/** In the repository and in every home. */
function places(identifiers: Readonly<Record<string, string>> = {}): readonly string[] {
  const { findings, problems } = scan({ directories: [stage.root], secrets: { words: SECRET }, identifiers });
  expect(problems).toEqual([]);
  return findings.map(({ file, layer }) => `${file.slice(stage.root.length)}: ${layer}`);
}

interface Told {
  readonly places: readonly { readonly place: string; readonly fix: readonly string[] | null }[];
}

async function find(): Promise<Told['places']> {
  const { stdout } = await stage.owner.run(['redact', '--find', '-', '--json'], { stdin: SECRET });
  const { places: told } = JSON.parse(stdout) as Told;
  return told;
}

async function argvHash(): Promise<string> {
  const [run] = (await stage.owner.answer('run-list')).runs;
  const shown = await stage.owner.answer('run-show', [run?.run ?? '']);
  return shown.argvHash;
}

describe('a secret in an intent and in the record of a run', () => {
  it('is hidden by the commands that --find names, and a purge leaves no byte of it', async () => {
    expect(places()).not.toEqual([]);
    const before = await find();
    expect(before.map(({ place }) => place)).toEqual(expect.arrayContaining(['intent', 'run']));
    // With its nonce beside it, the hash of the command line lets a guess be tested.
    const oracles = { run: await argvHash() };
    expect(places(oracles).length).toBeGreaterThan(places().length);
    for (let round = 0; round < 4; round += 1) {
      const fix = (await find()).find((one) => one.fix !== null)?.fix;
      if (fix === undefined || fix === null) break;
      await stage.owner.ok([...fix.slice(1, 4), ...HIDE]);
    }
    const { tombstones } = await stage.owner.answer('tombstone-list');
    for (const { tombstone } of tombstones) {
      const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
      expect(answer).toMatchObject({ outcome: 'complete', residue: [] });
    }
    expect(places(oracles)).toEqual([]);
    expect(await find()).toEqual([]);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  });
});
