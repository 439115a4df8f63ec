import { cpSync, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { purgeSecret, redactSecret } from './removal.mjs';
import { expect, shellLine } from './shell.mjs';
import { flipInCommit, flipLogLine } from './tamper.mjs';

const REPOSITORY = 'acme/core';
const DENIED = 77;

/** The eight steps. `stage` holds the shells of the two principals and the directories of the story. */
export const STEPS = [
  { title: 'A repository and its owner', play: beginRepository },
  { title: 'A second principal', play: addPrincipal },
  { title: 'Narrower tokens, made offline', play: narrowTokens },
  { title: 'Signed states', play: captureStates },
  { title: 'What is refused, and why', play: explainRefusals },
  { title: 'What was done, and whether it is still true', play: checkHistory },
  { title: 'A key leaks, and is hidden', play: redactSecret },
  { title: 'And is destroyed', play: purgeSecret },
];

function beginRepository({ owner, homes }) {
  const { stderr } = owner.heddle(['init'], { exit: 64 });
  expect(
    stderr.includes('--principal') && stderr.includes('HEDDLE_PRINCIPAL'),
    'init names flag and variable',
  );
  owner.heddle(words('init --no-passphrase --principal owner@example.com --namespace acme --name core'));
  const refs = owner.git(['for-each-ref', '--format=%(refname)', 'refs/heddle']);
  expect(refs.split('\n').includes('refs/heddle/authority'), 'the authority chain is a ref');
  const keys = filesBelow(homes.owner).filter((path) => path.includes('keys'));
  expect(keys.length > 0, 'keys lie outside the repository');
  for (const path of keys) {
    console.log(`# ${(statSync(path).mode & 0o777).toString(8).padStart(4, '0')} ${path}`);
    expect((statSync(path).mode & 0o077) === 0, `only its owner can read ${path}`);
  }
  owner.heddle(['login']);
  const me = owner.json(['whoami']);
  expect(me.registered === true, 'the owner is registered');
  expect(
    me.roles.some(({ role }) => role === 'owner'),
    'whoever runs init is owner',
  );
}

function addPrincipal({ owner, dev }) {
  dev.heddle(['key', 'new', '--no-passphrase', '--principal', 'dev@example.com']);
  dev.heddle(['key', 'export'], { to: '../dev.pub' });
  owner.heddle(['key', 'add', 'dev@example.com', '../dev.pub']);
  owner.heddle(['grant', 'add', 'dev@example.com', 'developer', `${REPOSITORY}@task`]);
  dev.heddle(['login']);
  dev.heddle(['start', 'task/login', '--task', 'Let people log in']);
  const { grants } = dev.json(['grant', 'list', '--principal', 'dev@example.com']);
  expect(grants.length === 1 && grants[0].role === 'developer', 'the grant is listed');
  expect(dev.json(['status']).thread === 'task/login', 'the worktree stands at the new thread');
}

function narrowTokens({ dev, area }) {
  const thread = `${REPOSITORY}@task/login`;
  const own = dev.json(['whoami']).credential.expires;
  dev.heddle(
    words(
      `token attenuate --agent review-worker --provider example --model example-1 ` +
        `--allow state:capture,state:read --resource ${thread}:${area} --ttl 1h --out ../review-worker.hcred`,
    ),
  );
  dev.heddle(
    words(
      `token attenuate --from ../review-worker.hcred --agent login-writer --provider example --model example-2 ` +
        `--allow state:capture,state:read --resource ${thread}:${area}/auth --ttl 30m --out ../login-writer.hcred`,
    ),
  );
  const inspect = ['token', 'inspect', '--token-file', '../login-writer.hcred'];
  dev.heddle(inspect);
  const { blocks, effective, trust } = dev.json(inspect);
  const agents = blocks.map(({ agent }) => agent);
  expect(agents.join() === ',review-worker,login-writer', 'each block names its agent');
  expect(
    blocks.every(({ plain }) => plain.length > 0),
    'each block is said in plain words',
  );
  expect(trust === 'trusted', 'the token goes back to a registered key');
  expect(effective.expires < own, 'a child ends before its parent');
  dev.heddle(
    words(
      `token attenuate --from ../login-writer.hcred --agent third ` +
        `--allow state:capture --resource ${REPOSITORY} --out ../wider.hcred`,
    ),
    { exit: 65 },
  );
}

function captureStates({ owner, dev, agent, area, clone, other }) {
  agent.edit(`${area}/auth/login.ts`, 'export const attempts = 3;\n');
  agent.heddle(['capture', '-m', 'Limit attempts to log in', '--confidence', '0.82']);
  const { states } = agent.json(['log']);
  const [state] = states;
  expect(states.length === 1 && state.attestation === 'verified', 'the state is signed');
  const { principal, agent: name, provider, model, confidence } = state.actor;
  const actor = [principal, name, provider, model, confidence].join();
  expect(actor === 'dev@example.com,login-writer,example,example-2,0.82', `the actor is complete: ${actor}`);
  expect(state.via.join() === 'review-worker,login-writer', 'the chain of agents is shown');
  for (const verb of ['log', 'show']) {
    const { stdout } = agent.heddle([verb]);
    for (const word of [
      'dev@example.com',
      'review-worker',
      'login-writer',
      'example-2',
      '0.82',
      'verified',
    ]) {
      expect(stdout.includes(word), `${verb} shows ${word}`);
    }
  }
  agent.edit(`${area}/auth/login.ts`, 'export const minutes = 15;\n', { append: true });
  expect(agent.heddle(['diff']).stdout.includes('+export const minutes'), 'diff shows the work tree');
  agent.heddle(['status']);
  expect(agent.json(['status']).changed.length === 1, 'status lists what changed');
  agent.heddle(['capture', '-m', 'Block for a while', '--confidence', '0.90']);
  const again = agent.json(['capture'], { show: true });
  expect(again.created === false && again.operation === null, 'a capture of nothing makes no state');
  dev.heddle(['thread', 'list']);
  const head = dev.json(['thread', 'show', 'task/login']).head;
  owner.heddle(['start', 'other', '--from', head, '--worktree', '../other']);
  const differences = compareTrees(clone, other);
  expect(
    differences.length === 0,
    `the state's files are those that were captured: ${differences.join(', ')}`,
  );
  console.log(`# ${filesBelow(other).length} files in ../other, byte for byte those of the clone`);
}

function explainRefusals({ owner, dev, agent, area }) {
  refuseOutsidePath({ agent, area });
  refuseOutsideRole({ owner, dev });
  const { code } = agent.json(['grant', 'add', 'dev@example.com', 'owner', REPOSITORY], {
    exit: DENIED,
    show: true,
  });
  expect(code === 'FLOOR', `no agent writes grants: ${code}`);
  const thread = `${REPOSITORY}@task/login`;
  agent.heddle(['can', 'state:capture', `${thread}:README.md`], { exit: 1 });
  agent.heddle(['can', 'grant:write', REPOSITORY], { exit: 1 });
  dev.heddle(['can', 'thread:start', `${REPOSITORY}@release/2`], { exit: 1 });
  const allowed = ['can', 'state:capture', `${thread}:${area}/auth/login.ts`];
  agent.heddle(allowed);
  expect(agent.json(allowed).decision !== null, 'an allow is explained too');
}

function refuseOutsidePath({ agent, area }) {
  const before = agent.json(['oplog']).operations.length;
  agent.edit(`${area}/outside.ts`, 'export {};\n');
  const capture = ['capture', '-m', 'Somewhere else'];
  const { stderr } = agent.heddle(capture, { exit: DENIED });
  const path = `${REPOSITORY}@task/login:${area}/outside.ts`;
  const told = [
    'denied at scope',
    'dev@example.com',
    'review-worker',
    'login-writer',
    path,
    'block 2',
    'fix',
  ];
  for (const word of told) expect(stderr.includes(word), `the denial says ${word}`);
  const denial = agent.json(capture, { exit: DENIED, show: true });
  expect(denial.schema === 'heddle/denial/v1' && denial.code === 'SCOPE_RESOURCE', 'the JSON says the same');
  expect(denial.denied.join() === path, 'only what is outside is refused');
  expect(
    denial.failed.some(({ block }) => block === 2),
    'the check that failed is named with its block',
  );
  expect(denial.fixes.length > 0 || denial.why !== null, 'there is a fix, or why there is none');
  expect(agent.json(['oplog']).operations.length === before + 2, 'each denial is one line of the log');
  agent.git(['clean', '-q', '-f', '--', `${area}/outside.ts`]);
}

function refuseOutsideRole({ owner, dev }) {
  const start = ['start', 'release/1', '--worktree', '../release'];
  const { stderr } = dev.heddle(start, { exit: DENIED });
  const { code, required, held, nearest, fixes } = dev.json(start, { exit: DENIED });
  expect(['ROLE_NONE', 'ROLE_INSUFFICIENT'].includes(code), `a role is missing: ${code}`);
  expect(required.role === 'developer' && required.at === `${REPOSITORY}@release/1`, 'required role');
  expect(stderr.includes('required   developer at acme/core@release/1'), 'the required role is shown');
  expect(held === null && stderr.includes('held       nothing there'), 'that no role is held there is shown');
  expect(nearest.at === `${REPOSITORY}@task`, 'where the nearest role is held is said');
  expect(
    stderr.includes(`nearest: developer at ${REPOSITORY}@task`),
    'where the nearest role is held is shown',
  );
  expect(stderr.includes('owner@example.com'), 'who may help is shown');
  const fix = fixes.find(({ who }) => who.includes('owner@example.com'));
  expect(fix !== undefined, 'there is a fix that the owner may run');
  expect(stderr.includes(shellLine(fix.argv)), 'the fix is printed as it can be pasted');
  owner.heddle(fix.argv.slice(1));
  dev.heddle(start);
}

function checkHistory({ dev, owner, clone, base }) {
  dev.heddle(['oplog']);
  const { operations } = dev.json(['oplog']);
  const denials = operations.filter(({ verdict }) => verdict === 'deny').map(({ code }) => code);
  expect(denials.length === 5, `every denial is in the log: ${denials}`);
  for (const code of ['SCOPE_RESOURCE', 'FLOOR']) expect(denials.includes(code), `${code} is in the log`);
  undoCapture(dev);
  owner.heddle(['verify', '--all']);
  expect(owner.json(['verify', '--all']).ok === true, 'all of it verifies');
  const captures = owner.json(['oplog']).operations.filter(({ op }) => op === 'capture');
  const logged = captures.find(({ verdict }) => verdict === 'allow');
  const tampered = (name, change) => {
    const copy = join(base, name);
    cpSync(clone, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const { what, names } = change(copy);
    console.log(`\n# changed in a copy: ${what}`);
    const shell = owner.with({ directory: copy });
    const { stdout } = shell.heddle(['verify', '--all'], { exit: 1 });
    const isNamed = names.some((text) => stdout.includes(text));
    expect(isNamed, `verify names the entry, one of ${names.join(', ')}`);
    expect(shell.json(['verify', '--all'], { exit: 1 }).ok === false, 'verify --json is red too');
  };
  const state = { ref: 'refs/heddle/threads/task/login', file: 'state.json', name: 'capturedAt' };
  const record = { ref: 'refs/heddle/authority', file: 'record.json', name: 'at' };
  tampered('tampered-log', (copy) => flipLogLine(copy, logged));
  tampered('tampered-state', (copy) => flipInCommit(copy, state));
  tampered('tampered-authority', (copy) => flipInCommit(copy, record));
  owner.heddle(['verify', '--all']);
}

function undoCapture(dev) {
  dev.edit('NOTES.md', 'Ask somebody to review this.\n');
  const before = dev.json(['log']).states.length;
  dev.heddle(['capture', '-m', 'A note that is not needed']);
  expect(dev.json(['log']).states.length === before + 1, 'the capture is there');
  dev.heddle(['undo']);
  expect(dev.json(['log']).states.length === before, 'undo takes it back');
}

const words = (line) => line.split(' ');

/** Files and links below a directory, without what is Git's. */
function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/^\.git(\/|$)/.test(path.slice(directory.length + 1)));
}

/** Paths at which two work trees differ in bytes, kind or executable bit. */
function compareTrees(left, right) {
  const describe = (root) =>
    new Map(
      filesBelow(root).map((path) => {
        const stat = lstatSync(path);
        const bytes = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path).toString('latin1');
        return [path.slice(root.length + 1), `${stat.isSymbolicLink()} ${stat.mode & 0o100} ${bytes}`];
      }),
    );
  const [here, there] = [describe(left), describe(right)];
  return [...new Set([...here.keys(), ...there.keys()])].filter((path) => here.get(path) !== there.get(path));
}
