import { rmSync } from 'node:fs';
import { VERBS } from '#cli/command-table.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { githubToken } from '../secrets/secret-shapes.ts';
import type { Run } from './run-heddle.ts';
import type { Person, SpeakOptions, Stage } from './stage.ts';

/**
 * One command line of every verb, and of every way to be refused; in an order in which each of them does something. As
 * text and once more as JSON, in a process that is kept; the first of each verb in one of its own, as the launcher
 * starts it.
 */
export async function runEveryVerb(stage: Stage, options: SpeakOptions): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const started = new Set<string>();
  const asFirst = (words: readonly string[]): SpeakOptions => {
    const verb = verbOf(words);
    const isKept = started.has(verb);
    started.add(verb);
    return { ...options, isKept };
  };
  const say = async (person: Person, line: string, how?: SpeakOptions): Promise<Run> => {
    const words = line.split(' ');
    // What follows is a program's own.
    const end = words.includes('--') ? words.indexOf('--') : words.length;
    runs.push(await person.run(words, how ?? asFirst(words)));
    runs.push(await person.run(words.toSpliced(end, 0, '--json'), { ...options, isKept: true }));
    return runs.at(-1) as Run;
  };
  const once = async (person: Person, line: string): Promise<void> => {
    const words = line.split(' ');
    runs.push(await person.ok(words, asFirst(words)));
  };
  const { owner, dev } = stage;
  // Where a file with a passphrase is named, the owner's keys are encrypted with it.
  const plain = options.env?.['HEDDLE_PASSPHRASE_FILE'] === undefined ? '--no-passphrase ' : '';
  await once(owner, `init ${plain}--principal owner@example.com --namespace acme --name core`);
  await once(owner, 'login');
  await once(dev, 'key new --no-passphrase --principal dev@example.com');
  await once(dev, 'login --principal dev@example.com');
  await once(owner, `key add dev@example.com ${exported(await dev.ok(['key', 'export'], options))}`);
  await once(owner, 'grant add dev@example.com developer acme/core@task --reason joins');
  await once(owner, 'policy set --max-depth 3 --attribution warn --reason house');
  await once(dev, 'start task/login --task work');
  await once(dev, 'token mint --allow state:capture,state:read,undo --out ../mint.hcred');
  await once(dev, `${ATTENUATE} --agent worker --out ../worker.hcred`);
  const worker = dev.with({ HEDDLE_CREDENTIAL: stage.beside('worker.hcred') });
  stage.write('src/a.ts', 'a\n');
  await once(worker, 'capture -m first');
  stage.write('src/a.ts', 'c\n');
  await say(dev, 'restore src/a.ts');
  stage.write('src/a.ts', 'b\n');
  for (const line of READING) await say(worker, line);
  stage.write('outside', 'x\n');
  for (const line of REFUSED) await say(worker, line);
  rmSync(stage.beside('work', 'outside'));
  await runProgram(dev, { say, once });
  await once(dev, 'start task/gone --worktree ../gone');
  await once(dev, 'thread claim task/gone');
  await once(dev, 'thread release task/gone');
  await say(dev, 'thread rename task/gone task/left');
  await say(dev, 'thread drop task/left');
  await say(dev, 'thread split task/login --into task/part --keep -- src/a.ts');
  await say(dev, 'thread drop task/part');
  stage.write('key.txt', `${githubToken()}\n`);
  await say(dev, 'capture');
  await say(worker, `secrets allow key.txt --until ${tomorrow()} --reason mine`);
  const allowing = `secrets allow key.txt --until ${tomorrow()} --reason fake`;
  for (const line of [allowing, 'secrets allow key.txt --remove --reason over', allowing])
    await once(dev, line);
  await say(dev, 'secrets list');
  await once(dev, 'capture -m second');
  await say(dev, 'undo --list');
  await say(dev, 'undo --preview');
  for (const line of ['undo', 'redo', 'undo']) await once(dev, line);
  await say(worker, 'redo');
  await land(stage, { say, once });
  await travel(stage, { say, once });
  await serve(stage, options, runs);
  await remove(stage, { say, once });
  await endLeak(stage, { say, once });
  await ask(stage, { say, once });
  await say(owner, 'harness turn-end');
  await once(owner, 'integrate generic');
  await say(owner, 'integrate generic --uninstall');
  await say(owner, 'verify --all');
  await once(owner, 'evidence export task/login --out ../login.tar');
  await say(owner, 'evidence export task/login --out ../login.tar');
  await say(owner, 'evidence verify ../login.tar');
  const { grants } = await owner.answer('grant-list', ['--principal', 'dev@example.com']);
  await once(owner, `grant remove ${grants[0]?.id ?? ''} --reason leaves`);
  await say(owner, 'grant log');
  await say(owner, 'can --matrix --as dev@example.com');
  await say(owner, 'can state:read acme/core --as dev@example.com');
  await say(dev.with({ HEDDLE_CREDENTIAL: stage.beside('none.hcred') }), 'capture');
  for (const line of HOOKS) await say(owner, line);
  await say(dev, 'freeze');
  await once(owner, 'freeze --reason leak');
  await say(worker, 'capture');
  await once(owner, 'unfreeze');
  await say(owner, 'unfreeze');
  const { session } = await dev.answer('token-inspect');
  await say(worker, `token revoke --session ${session}`);
  await say(dev, 'token revoke --token-file ../worker.hcred');
  await say(worker, 'capture');
  await say(dev, 'undo');
  await say(owner, `token revoke --session ${session} --reason lost`);
  await say(worker, 'key rotate');
  await once(dev, 'key rotate');
  await say(dev, 'capture');
  await say(dev, 'key revoke owner@example.com');
  await say(owner, 'key revoke owner@example.com');
  await once(owner, 'key revoke dev@example.com --reason left');
  await say(owner, 'doctor');
  // A process that is kept tells of a library only when it loads it first.
  await say(owner, 'doctor --rebuild-index', options);
  return runs;
}

/** The verb of a command line; its first word where it is none. */
function verbOf(words: readonly string[]): string {
  const names = VERBS.map(verbName).filter((name) => `${words.join(' ')} `.startsWith(`${name} `));
  return names.toSorted((one, other) => other.length - one.length)[0] ?? words[0] ?? '';
}

interface Speaker {
  readonly say: (person: Person, line: string) => Promise<Run>;
  readonly once: (person: Person, line: string) => Promise<void>;
}

/** What somebody does who was refused, and those whom they ask. */
async function ask({ owner, dev }: Stage, { say, once }: Speaker): Promise<void> {
  for (const place of ['release/1', 'release/2']) {
    await once(dev, `request thread:start acme/core@${place} --reason soon`);
  }
  await say(dev, 'request list');
  const { requests } = await dev.answer('request-list');
  const [first, second] = requests.map(({ request }) => request);
  await say(owner, `request show ${first ?? ''}`);
  await say(dev, `approve ${first ?? ''}`);
  await say(owner, `approve ${first ?? ''} --dry-run`);
  await once(owner, `approve ${first ?? ''} --yes`);
  await once(owner, `deny ${second ?? ''} --reason later`);
}

/** What somebody does who brings a thread into a branch, and back. */
async function land(stage: Stage, { say, once }: Speaker): Promise<void> {
  const { owner, dev } = stage;
  await once(dev, 'capture -m ready');
  await say(owner, 'review task/login');
  await once(owner, 'review task/login --approve -m fine');
  await say(dev, 'review task/login --approve');
  await say(owner, 'review list');
  await say(owner, 'land task/login --dry-run');
  await say(dev, 'land task/login');
  await once(owner, 'land task/login -m landed');
  await attribute(stage, { say, once });
  await once(owner, 'undo');
}

/** What somebody does who uses another tool beside heddle. */
async function attribute(stage: Stage, { say, once }: Speaker): Promise<void> {
  const { owner, dev } = stage;
  const note = await owner.ok(['attribution', 'export', '--format', 'git-ai']);
  stage.write('../note', note.stdout);
  const line = 'attribution import HEAD --format git-ai --from ../note';
  await say(dev, line);
  await once(owner, line);
  await say(owner, 'blame src/a.ts --imports');
  await once(owner, 'undo');
  await say(owner, 'continue');
  await say(owner, 'abort');
}

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
}

/** What somebody does who lets a program work. */
async function runProgram(dev: Person, { say, once }: Speaker): Promise<void> {
  const run = 'run --agent helper --allow state:read --resource acme/core@task/login:src';
  await say(dev, `${run} --explain -- true`);
  await once(dev, `${run} -- true`);
  const { runs } = await dev.answer('run-list');
  await say(dev, `run show ${runs[0]?.run ?? ''}`);
}

/** What somebody does who may not destroy anything at once, and lets it be. */
async function propose(owner: Person, tombstone: string, { say, once }: Speaker): Promise<void> {
  await once(owner, 'policy set --guard purge:apply --wait 60s');
  await once(owner, `purge propose ${tombstone} --reason leak`);
  await say(owner, 'purge proposals');
  const { proposals } = await owner.answer('purge-proposals');
  const request = proposals[0]?.request ?? '';
  await say(owner, `purge approve ${request}`);
  await say(owner, `purge apply ${request} --yes`);
  await once(owner, `purge cancel ${request} --reason later`);
  await once(owner, 'policy set --unset all');
}

/** What goes to another repository, and what comes from there. */
async function travel(stage: Stage, { say, once }: Speaker): Promise<void> {
  const { owner, dev } = stage;
  stage.git('init', '-q', '--bare', '../remote.git');
  await say(owner, 'push');
  await once(owner, 'remote add origin ../remote.git');
  await say(owner, 'remote list');
  // What a person let pass at home, another one's home still has to.
  await say(owner, 'push --all --branch main');
  await once(owner, 'policy set --secrets warn');
  await once(owner, 'push --all --branch main');
  await once(owner, 'policy set --unset all');
  await say(dev, 'push --branch main');
  await say(owner, 'pull');
  await once(owner, 'clone ../remote.git ../cloned');
}

/** What somebody does who finds a secret in a state. */
async function remove({ owner, dev }: Stage, { say, once }: Speaker): Promise<void> {
  await say(owner, 'redact src/a.ts --reason leak --dry-run');
  await say(dev, 'redact src/a.ts --reason leak');
  await once(owner, 'redact src/a.ts --reason leak --code credential');
  const { tombstones } = await owner.answer('tombstone-list');
  const id = tombstones[0]?.tombstone ?? '';
  for (const line of [`purge ${id} --dry-run`, `purge ${id}`]) await say(owner, line);
  await say(dev, `purge ${id} --yes`);
  await once(owner, 'undo');
  await once(owner, 'redact src/a.ts --reason leak --code credential');
  const [again] = (await owner.answer('tombstone-list')).tombstones.filter(
    ({ status }) => status === 'redacted',
  );
  await propose(owner, again?.tombstone ?? '', { say, once });
  await once(owner, `purge ${again?.tombstone ?? ''} --yes`);
  await say(owner, 'tombstone list');
  await say(owner, 'tombstone receive origin');
  await say(owner, `tombstone show ${again?.tombstone ?? ''}`);
  await say(owner, 'tombstone verify');
}

/** What whoever keeps a server does in its repository. */
async function serve(stage: Stage, options: SpeakOptions, runs: Run[]): Promise<void> {
  const cwd = stage.beside('server.git');
  stage.git('init', '-q', '--bare', cwd);
  for (const json of [[], ['--json']]) {
    const how = { ...options, cwd, isKept: json.length > 0 };
    const place = ['--home', stage.beside('server')];
    for (const line of ['hook install', 'hook install --server', `hook install --server --trust-first`]) {
      const words = line.endsWith('--trust-first') ? [...line.split(' '), ...place] : line.split(' ');
      runs.push(await stage.owner.run([...words, ...json], how));
    }
    for (const line of [
      'hook status --server',
      'hook run post-receive',
      'hook run pre-receive',
      'hook uninstall --server',
    ])
      runs.push(await stage.owner.run([...line.split(' '), ...json], { ...how, stdin: '' }));
  }
}

/** What an owner does about a leak. */
async function endLeak(stage: Stage, { say, once }: Speaker): Promise<void> {
  const { owner, dev } = stage;
  await say(dev, 'incident');
  await say(dev, 'incident open --reason leak');
  await once(owner, 'incident open --reason leak');
  await once(owner, 'incident rotate --done');
  for (const step of ['freeze', 'find', 'redact', 'purge', 'propagate', 'verify']) {
    await owner.ok(['incident', step, '--skip', '--reason', 'another time']);
  }
  await once(owner, 'incident close');
  const paper = await owner.ok(['incident', 'paper', '--json']);
  stage.write('../paper.json', paper.stdout);
  await say(owner, 'incident paper');
  await say(owner, 'incident check ../paper.json');
}

const ATTENUATE =
  'token attenuate --allow state:capture,state:read --resource acme/core@task/login:src --provider p --model m';
const READING = [
  'status',
  'whoami',
  'log',
  'show',
  'diff',
  'diff --stat',
  'blame src/a.ts',
  'who',
  'attribution export --format git-ai',
  'run list',
  'thread list',
  'thread show task/login',
  'key list',
  'key export',
  'grant list',
  'grant list --at acme/core@task/login --effective',
  'grant log -n 2',
  'policy show acme/core@task/login',
  'policy log',
  'policy set acme/core@task --max-depth 0 --dry-run',
  'oplog',
  'verify',
  'verify --all',
  'verify HEAD --unattributed warning',
  'help',
  'help --all',
  'can state:capture acme/core@task/login:src',
  'can grant:write acme/core',
  'can --matrix',
  'token inspect',
  'token inspect --token-file ../worker.hcred',
  'token inspect --diff ../mint.hcred ../worker.hcred',
  'token verify --token-file ../mint.hcred',
  'token list',
  'token list --live',
];
const HOOKS = ['hook status', 'hook install', 'hook run pre-commit', 'hook status', 'hook uninstall'];
const REFUSED = [
  'capture -m outside',
  'start release/1',
  'undo',
  'key add x@example.com heddle-key:AAAA',
  'grant add dev@example.com owner acme/core',
  'grant remove hg-zzzzzzzz',
  'policy set --max-life 1h',
  'grant list --effective',
  'can --matrix acme/core@release/1 --as owner@example.com',
  'login --principal dev@example.com --ttl nonsense',
  'token attenuate --agent x --allow grant:write --resource acme --out ../x.hcred',
  'token mint --out ../worker.hcred',
  'init --principal x@example.com --no-passphrase',
  'show ../worker.hcred',
  'token inspect --token-file ../nothing.hcred',
  'nonsense',
];

function exported({ stdout }: Run): string {
  return stdout.trim();
}
