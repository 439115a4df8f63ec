import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeNow } from '#platform/write-now.ts';

const TEXT = Buffer.from('what is printed\n');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-write-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('writes all of it to a file', () => {
  const path = join(directory, 'file');
  const fd = openSync(path, 'w');
  expect(writeNow(fd, TEXT)).toHaveLength(0);
  closeSync(fd);
  expect(readFileSync(path)).toEqual(TEXT);
});

it('leaves what a pipe has no room for', () => {
  const path = join(directory, 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const long = Buffer.alloc(4_000_000, 'heddle ');
  const left = writeNow(fd, long);
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(long.length);
  const got = Buffer.alloc(long.length - left.length);
  for (let at = 0; at < got.length;) at += readSync(fd, got, at, got.length - at, null);
  expect(Buffer.concat([got, left]).equals(long)).toBe(true);
  closeSync(fd);
});

it('leaves a terminal, or what is closed, to a stream', () => {
  const fd = openSync('/dev/null', 'w');
  expect(writeNow(fd, TEXT)).toBe(TEXT);
  closeSync(fd);
  expect(writeNow(fd, TEXT)).toBe(TEXT);
});

it('tells that a reader left', () => {
  const path = join(directory, 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(reader);
  expect(() => writeNow(writer, TEXT)).toThrow(/EPIPE/);
  closeSync(writer);
});
