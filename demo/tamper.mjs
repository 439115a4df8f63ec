import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { StoryError, cleanEnvironment, expect } from './shell.mjs';

/** Flips one bit of the time in the log line of an operation; returns what was done, and what names the line. */
export function flipLogLine(repository, operation) {
  const { replica, seq } = operation;
  const log = join(repository, '.git', 'heddle', 'oplog', replica);
  for (const name of readdirSync(log).filter((entry) => /^\d+\.jsonl$/.test(entry))) {
    const path = join(log, name);
    const bytes = readFileSync(path);
    const line = bytes.indexOf(`"seq":${seq},`);
    if (line === -1) continue;
    const start = bytes.lastIndexOf('\n', line) + 1;
    const at = bytes.indexOf('"at":"', start);
    flip(bytes, at + '"at":"2026-01-01T00:00:0'.length);
    writeFileSync(path, bytes);
    const what = `one byte of line ${seq} in .git/heddle/oplog/${replica.slice(0, 8)}…/${name}`;
    return { what, names: [operation.id, `line ${seq}`] };
  }
  throw new StoryError(`the log of ${replica} holds line ${seq}`);
}

/** Flips one bit inside `"name":"…` of a file that a ref's commit holds: in the object itself, below git. */
export function flipInCommit(repository, { ref, file, name }) {
  const id = git(repository, ['rev-parse', '--verify', `${ref}:${file}`]).trim();
  const path = join(repository, '.git', 'objects', id.slice(0, 2), id.slice(2));
  if (!existsSync(path)) unpackAll(repository);
  const bytes = inflateSync(readFileSync(path));
  const at = bytes.indexOf(`"${name}":"`);
  expect(at !== -1, `${file} of ${ref} has a field ${name}`);
  flip(bytes, at + name.length + 4 + '2026-01-01T00:00:0'.length);
  chmodSync(path, 0o644);
  writeFileSync(path, deflateSync(bytes));
  return { what: `one byte of ${file} in ${ref}, object ${id.slice(0, 10)}`, names: [id] };
}

/** The other lower bit of a digit: still a digit, so that nothing but the signature or hash can tell. */
function flip(bytes, at) {
  expect(/\d/.test(String.fromCharCode(bytes[at])), 'the flipped byte is a digit of a time');
  bytes[at] ^= 1;
}

function unpackAll(repository) {
  const packs = join(repository, '.git', 'objects', 'pack');
  for (const name of readdirSync(packs).filter((entry) => entry.endsWith('.pack'))) {
    const aside = join(repository, '.git', name);
    renameSync(join(packs, name), aside);
    rmSync(join(packs, name.replace(/pack$/, 'idx')));
    git(repository, ['unpack-objects', '-q'], readFileSync(aside));
    rmSync(aside);
  }
}

function git(repository, argv, input) {
  const { status, stdout, stderr } = spawnSync('git', argv, {
    cwd: repository,
    env: cleanEnvironment(repository),
    input,
    maxBuffer: 1024 * 1024 * 1024,
  });
  expect(status === 0, `git ${argv[0]} works in the copy\n${stderr}`);
  return stdout.toString('utf8');
}
