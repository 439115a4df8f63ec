import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';

/** A work tree of some kind beside the stage's own repository, or that one itself. */
type Make = (stage: Stage) => string;

const beside = (stage: Stage, name: string): string => stage.beside(name);

function cloned(stage: Stage, ...options: readonly string[]): string {
  stage.repository.deepHistory(4);
  stage.git('checkout', '-q', 'deep');
  stage.git('config', 'uploadpack.allowFilter', 'true');
  stage.repository.gitIn(
    stage.root,
    'clone',
    '-q',
    ...options,
    `file://${stage.path}`,
    beside(stage, 'clone'),
  );
  return beside(stage, 'clone');
}

function configured(...settings: readonly (readonly [string, string])[]): Make {
  return (stage) => {
    for (const [key, value] of settings) stage.git('config', key, value);
    return stage.path;
  };
}

const WORKING: readonly (readonly [string, Make, (stage: Stage, at: string) => boolean])[] = [
  [
    'a split index',
    (stage) => {
      stage.git('config', 'core.splitIndex', 'true');
      stage.git('update-index', '--split-index');
      return stage.path;
    },
    (stage) => stage.git('rev-parse', '--shared-index-path') !== '',
  ],
  [
    'an index of version 4',
    (stage) => {
      stage.git('update-index', '--index-version=4');
      return stage.path;
    },
    (_stage, at) => readFileSync(join(at, '.git/index')).readUInt32BE(4) === 4,
  ],
  [
    'alternates',
    (stage) => {
      stage.repository.gitIn(stage.root, 'clone', '-q', '--shared', stage.path, beside(stage, 'clone'));
      return beside(stage, 'clone');
    },
    (_stage, at) => readFileSync(join(at, '.git/objects/info/alternates'), 'utf8') !== '',
  ],
  [
    'a shallow history',
    (stage) => cloned(stage, '--depth=2'),
    (_stage, at) => readFileSync(join(at, '.git/shallow'), 'utf8') !== '',
  ],
  [
    'a submodule’s Git directory',
    (stage) => {
      stage.repository.submodule('libs/sub');
      return join(stage.path, 'libs/sub');
    },
    (_stage, at) => readFileSync(join(at, '.git'), 'utf8').startsWith('gitdir: '),
  ],
  [
    'settings for each worktree',
    (stage) => {
      stage.git('config', 'extensions.worktreeConfig', 'true');
      stage.git('config', '--worktree', 'core.filemode', 'true');
      return stage.path;
    },
    (stage) => stage.git('config', '--worktree', 'core.filemode') === 'true',
  ],
  [
    'a bare repository behind its worktree',
    (stage) => {
      const bare = beside(stage, 'bare.git');
      stage.repository.gitIn(stage.root, 'clone', '-q', '--bare', stage.path, bare);
      stage.repository.gitIn(bare, 'worktree', 'add', '-q', beside(stage, 'of-bare'), 'main');
      return beside(stage, 'of-bare');
    },
    (stage) =>
      stage.repository.gitIn(beside(stage, 'bare.git'), 'rev-parse', '--is-bare-repository') === 'true',
  ],
  [
    'a common index of its packs, and a graph of its commits',
    (stage) => {
      stage.git('repack', '-adq');
      stage.git('multi-pack-index', 'write');
      stage.git('commit-graph', 'write', '--reachable');
      return stage.path;
    },
    (_stage, at) => readFileSync(join(at, '.git/objects/pack/multi-pack-index')).length > 0,
  ],
  [
    'grafts',
    (stage) => {
      stage.repository.commit('second');
      mkdirSync(join(stage.path, '.git/info'), { recursive: true });
      writeFileSync(join(stage.path, '.git/info/grafts'), `${stage.git('rev-parse', 'HEAD')}\n`);
      return stage.path;
    },
    (_stage, at) => readFileSync(join(at, '.git/info/grafts'), 'utf8') !== '',
  ],
];
/** Those with which everything is tried. */
const TO_THE_END: ReadonlySet<string> = new Set([
  'a split index',
  'alternates',
  'a submodule’s Git directory',
]);
/** What git can read and the reader without it refuses. */
const WITHOUT_GIT_REFUSED: ReadonlySet<string> = new Set(['alternates', 'grafts']);

const REFUSED: readonly (readonly [string, string | RegExp, Make])[] = [
  [
    'the object format SHA-256',
    'the object format sha256',
    (stage) => {
      stage.git('init', '-q', '--object-format=sha256', beside(stage, 'other'));
      return beside(stage, 'other');
    },
  ],
  [
    'a sparse checkout',
    'sparse checkouts',
    (stage) => {
      stage.git('sparse-checkout', 'set', 'src');
      return stage.path;
    },
  ],
  [
    'a sparse checkout in a linked worktree',
    'sparse checkouts',
    (stage) => {
      stage.git('worktree', 'add', '-q', '--detach', beside(stage, 'linked'));
      stage.repository.gitIn(beside(stage, 'linked'), 'sparse-checkout', 'set', 'src');
      return beside(stage, 'linked');
    },
  ],
  ['a partial clone', 'partial clones', (stage) => cloned(stage, '--filter=blob:none')],
  ['a promising remote', 'partial clones', configured(['remote.origin.promisor', 'true'])],
  [
    'an extension that nobody knows',
    'a repository format that this git does not know (extension tomorrow)',
    configured(['core.repositoryFormatVersion', '1'], ['extensions.tomorrow', 'yes']),
  ],
  [
    'the ref storage reftable',
    /^(?:the ref storage reftable|a repository format that this git does not know \(extension refstorage\))$/,
    configured(['core.repositoryFormatVersion', '1'], ['extensions.refStorage', 'reftable']),
  ],
  [
    'a format of tomorrow',
    'a repository format that this git does not know (version 2)',
    configured(['core.repositoryFormatVersion', '2']),
  ],
  [
    'a work tree elsewhere',
    'a work tree away from its repository (core.worktree)',
    configured(['core.worktree', '../..']),
  ],
];

function newStage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Stage {
  const stage = new Stage();
  onTestFinished(() => stage.dispose());
  stage.write('src/a', 'a\n');
  stage.repository.commit('src');
  return stage;
}

describe.concurrent('a repository with', () => {
  it.for(WORKING)(
    '%s works, and stays what it is',
    { timeout: 120_000 },
    async ([kind, make, still], test) => {
      const { expect } = test;
      const stage = newStage(test);
      const at = make(stage);
      const owner = stage.owner.with({}, at);
      await owner.ok(
        'init --no-passphrase --principal owner@example.com --namespace acme --name core'.split(' '),
      );
      await owner.ok(['login']);
      await owner.ok(['start', 'task/one']);
      const index = stage.repository.gitIn(at, 'rev-parse', '--path-format=absolute', '--git-path', 'index');
      const before = readFileSync(index);
      writeFileSync(join(at, 'new'), 'new\n');
      await owner.ok(['capture', '-m', 'new']);
      writeFileSync(join(at, 'new'), 'newer\n');
      rmSync(join(at, 'src'), { recursive: true, force: true });
      await owner.ok(['capture', '-m', 'newer']);
      expect(readFileSync(index).equals(before)).toBe(true);
      expect((await owner.answer('log')).states).toHaveLength(2);
      if (TO_THE_END.has(kind)) {
        expect(await owner.answer('status')).toMatchObject({ thread: 'task/one' });
        expect((await owner.answer('diff')).changed).toEqual([]);
        await owner.ok(['start', 'task/two', '--worktree', beside(stage, 'two')]);
        expect(readFileSync(join(beside(stage, 'two'), 'new'), 'utf8')).toBe('newer\n');
        await owner.ok(['undo']);
      }
      expect(await owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
      stage.repository.gitIn(at, 'fsck', '--strict');
      stage.repository.gitIn(at, 'status');
      expect(still(stage, at)).toBe(true);

      const empty = beside(stage, 'no-programs');
      mkdirSync(empty);
      const [git, none] = [
        await owner.run(['show', '--json']),
        await owner.run(['show', '--json'], { env: { PATH: empty } }),
      ];
      if (WITHOUT_GIT_REFUSED.has(kind)) expect(printed(none)['code']).toBe('GIT_UNSUPPORTED');
      else expect(story(none)).toBe(story(git));
    },
  );

  it.for(REFUSED)(
    '%s is refused by name, and nothing is written',
    { timeout: 60_000 },
    async ([, feature, make], test) => {
      const { expect } = test;
      const stage = newStage(test);
      await stage.begin();
      await stage.owner.ok(['start', 'task/one']);
      const at = make(stage);
      const before = snapshot(stage.root);
      for (const line of [
        'init --no-passphrase --principal x@example.com --namespace x --name y',
        'start task/two',
        'capture -m no',
        'status',
        'log',
        'verify --all',
        'undo',
      ]) {
        const run = await stage.owner.run([...line.split(' '), '--json'], { cwd: at });
        expect(run.exit, story(run)).toBe(78);
        expect(printed(run)).toMatchObject({ code: 'GIT_UNSUPPORTED', preserved: 'nothing was changed' });
        const { feature: found } = printed(run)['facts'] as Record<string, unknown>;
        if (typeof feature === 'string') expect(found).toBe(feature);
        else expect(found).toMatch(feature);
      }
      expect(snapshot(stage.root)).toEqual(before);
    },
  );

  it('no Git yet is given the formats that heddle supports, whatever the user prefers', async (test) => {
    const { expect } = test;
    const stage = newStage(test);
    const at = beside(stage, 'fresh');
    mkdirSync(at);
    for (const [key, value] of [
      ['init.defaultObjectFormat', 'sha256'],
      ['init.defaultRefFormat', 'reftable'],
    ] as const) {
      execFileSync('git', ['config', '--global', key, value], { env: stage.owner.env });
    }
    await stage.owner.ok(
      'init --no-passphrase --principal owner@example.com --namespace acme --name core'.split(' '),
      { cwd: at, env: { GIT_DEFAULT_HASH: 'sha256' } },
    );
    expect(stage.repository.gitIn(at, 'rev-parse', '--show-object-format')).toBe('sha1');
  });
});

/** Every file with its size and time. */
function snapshot(root: string): readonly string[] {
  const listed = execFileSync('find', [root, '-printf', '%p %y %s %T@ %l\\0'], { encoding: 'latin1' });
  return listed.split('\0').toSorted();
}
