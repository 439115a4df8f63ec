import { spawnSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from 'blake3-wasm';
import { BenchError, run } from './measure.mjs';

const THREAD = 'refs/heddle/threads/task/bench';
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const BITS = 5;
const FIRST_DAY = Date.UTC(2026, 0, 1);

/** What stands before a seed in DER: PKCS #8 (RFC 8410). */
const KEY_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const TAG = Buffer.from('heddle/state/v1\0');

function stateHash(bytes) {
  return hash(Buffer.concat([TAG, bytes]));
}

/** Signs a hash with the key of a home's only session, as docs/FORMATS.md has it. */
function signerIn(home) {
  const directory = join(home, 'data', 'credentials');
  const { secret } = JSON.parse(readFileSync(join(directory, readdirSync(directory)[0]), 'utf8'));
  const key = createPrivateKey({
    key: Buffer.concat([KEY_PREFIX, Buffer.from(secret, 'base64url')]),
    format: 'der',
    type: 'pkcs8',
  });
  return (digest) => sign(null, Buffer.concat([TAG, digest]), key).toString('base64url');
}

/** `hs-` and the hash of `state.json`, as docs/FORMATS.md has it. */
function stateId(digest) {
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return `hs-${groups.map((group) => LETTERS[Number.parseInt(group.padEnd(BITS, '0'), 2)]).join('')}`;
}

function dataOf(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/**
 * Lets a thread grow by so many states without capturing each: what its newest one holds, again and again, under
 * ids of their own, signed by the session of `home`: all of it is as if they had been captured. `more` says what else of
 * each is another one, in words of `fast-import`. Returns the oldest of them, and its commit.
 */
export function growHistory(git, { home, count, more = () => '' }) {
  const signed = signerIn(home);
  const newest = run(git('rev-parse', THREAD)).trim();
  const state = JSON.parse(run(git('cat-file', 'blob', `${THREAD}:state.json`)));
  let id = stateId(stateHash(Buffer.from(JSON.stringify(state))));
  const attestation = JSON.parse(run(git('cat-file', 'blob', `${THREAD}:attestation.json`)));
  let oldest;
  const pieces = [];
  for (let made = 1; made <= count; made += 1) {
    state.parents = [id];
    state.capturedAt = new Date(FIRST_DAY + made * 1000).toISOString();
    // The fields stand in the order that they were read in, which is the canonical one.
    const bytes = Buffer.from(JSON.stringify(state));
    const digest = stateHash(bytes);
    id = stateId(digest);
    oldest ??= id;
    const from = made === 1 ? newest : `:${made - 1}`;
    pieces.push(
      `commit ${THREAD}\nmark :${made}\ncommitter Bench <bench@example.com> ${made} +0000\ndata 0\nfrom ${from}\n`,
      `M 100644 inline state.json\ndata ${bytes.length}\n`,
      bytes,
      '\n',
      `M 100644 inline attestation.json\n${dataOf(JSON.stringify({ ...attestation, sig: signed(digest), subject: id }))}`,
      more(made),
    );
  }
  const { file, args, ...options } = git('fast-import', '--quiet', '--force');
  const input = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  const { status, stderr } = spawnSync(file, args, { ...options, input, encoding: 'utf8' });
  if (status !== 0) throw new BenchError(`git fast-import: ${stderr}`);
  return { state: oldest, commit: run(git('rev-parse', `${THREAD}~${count - 1}`)).trim() };
}
