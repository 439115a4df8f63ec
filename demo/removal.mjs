import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from './shell.mjs';

const DENIED = 77;
/** Made anew each time: this file is part of the repository that the demo plays on, and the key must not be. */
const KEY = `AKIA-DEMO-${randomBytes(8).toString('hex')}`;

/** A file with a secret is captured twice; `redact` hides it from every reader and from the work tree. */
export function redactSecret({ owner, dev, agent, area, clone, other, homes, scan, memory }) {
  const path = `${area}/auth/keys.ts`;
  dev.git(['clean', '-q', '-f', '--', 'NOTES.md']);
  agent.edit(path, `export const key = '${KEY}';\n`);
  agent.heddle(['capture', '-m', 'Call the payment service', '--confidence', '0.70']);
  agent.edit(path, 'export const timeout = 30;\n', { append: true });
  agent.heddle(['capture', '-m', 'Wait half a minute', '--confidence', '0.70']);
  const places = [clone, other, homes.owner, homes.dev];
  const look = () => scan({ directories: places, secrets: { key: KEY } });
  expect(look().findings.length > 0, 'an independent scanner sees the key: loose objects, work tree');
  const before = dev.json(['log']).states;

  const redact = ['redact', path, '--all', '--code', 'credential', '--reason', 'a key was captured'];
  owner.heddle([...redact, '--dry-run']);
  expect(owner.json(['tombstone', 'list']).tombstones.length === 0, 'a dry run changes nothing');
  const { stdout, stderr } = owner.heddle(redact);
  expect((stdout + stderr).includes('rotate'), 'what matters most is said: rotate the credential');
  const [{ tombstone }] = owner.json(['tombstone', 'list']).tombstones;
  owner.heddle(['tombstone', 'show', tombstone]);

  const file = readFileSync(join(clone, path), 'utf8');
  expect(!file.includes(KEY) && file.includes(tombstone), 'the work tree holds the replacement');
  for (const shell of [owner, dev, agent]) {
    const [newest, older] = before;
    for (const argv of [['log'], ['show', newest.state], ['show', older.state], ['diff', older.state]]) {
      const shown = shell.heddle(argv, { quiet: shell !== dev });
      expect(!shown.stdout.includes(KEY), `${argv.join(' ')} does not show the key`);
    }
    expect(
      shell.heddle(['show', newest.state], { quiet: true }).stdout.includes('redacted hr-'),
      'show says so',
    );
  }
  const after = dev.json(['log']).states;
  expect(ids(after) === ids(before), 'every state keeps its id');
  expect(
    after.every(({ attestation }) => attestation === 'verified'),
    'every signature holds',
  );
  owner.heddle(['verify', '--all']);
  owner.edit(path, `export const key = '${KEY}';\nexport const timeout = 30;\n`);
  const { code } = owner.json(['capture', '-m', 'Back again'], { exit: 65, show: true });
  expect(code === 'CONTENT_SHUNNED', 'the content is refused from now on');
  owner.git(['clean', '-q', '-f', '--', path]);
  Object.assign(memory, { tombstone, states: ids(after), look });
}

/** `purge` as the sub-agent is denied; as the owner it destroys every copy, and nothing breaks. */
export function purgeSecret({ owner, dev, agent, base, clone, memory }) {
  const { tombstone, states, look } = memory;
  const { code } = agent.json(['purge', tombstone, '--yes'], { exit: DENIED, show: true });
  expect(code === 'FLOOR', `no delegated token purges: ${code}`);
  owner.heddle(['purge', tombstone, '--dry-run']);
  owner.heddle(['purge', tombstone, '--yes']);
  const { findings, saw, problems } = look();
  console.log(`# scanned: ${JSON.stringify(saw)}`);
  expect(problems.length === 0 && saw.looseObjects + saw.packEntries > 0, 'the scanner read everything');
  expect(findings.length === 0, `nothing is left: ${JSON.stringify(findings)}`);
  expect(ids(dev.json(['log']).states) === states, 'every state keeps its id');
  owner.heddle(['verify', '--all']);
  owner.heddle(['tombstone', 'verify']);
  owner.heddle(['log']);
  owner.git(['fsck', '--full', '--strict', '--no-dangling']);
  owner.git(['gc', '--quiet']);
  const [first, second] = [join(base, 'clone'), join(base, 'clone-of-clone')];
  owner.git(['clone', '--quiet', '--mirror', clone, first]);
  owner.git(['clone', '--quiet', '--mirror', first, second]);
  owner.with({ directory: second }).git(['fsck', '--full', '--strict', '--no-dangling']);
  const { stderr } = owner.heddle(['undo'], { exit: 65 });
  expect(stderr.includes('purge'), 'undo does not cross the purge');
}

const ids = (states) => states.map(({ state }) => state).join();
