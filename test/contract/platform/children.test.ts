import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converse, type Conversation } from '#platform/conversation.ts';
import { runChild, type Argv, type ChildOptions } from '#platform/spawn.ts';

const PATH = process.env['PATH'] ?? '';
const OPTIONS: ChildOptions = { cwd: '/', env: { PATH }, maxOutputBytes: 1_000_000, deadlineMs: 20_000 };

/** A Node program as a child. */
function node(script: string, ...args: readonly string[]): Argv {
  return [process.execPath, '-e', script, ...args];
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-children-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('a child that is run', () => {
  it('answers with its code, output and errors', async () => {
    const script = `console.log('out'); console.error('err'); process.exitCode = 3`;
    const { stdout, stderr, ...rest } = await runChild(node(script), OPTIONS);
    expect(rest).toEqual({ kind: 'exited', code: 3, reason: null });
    expect([stdout.toString(), stderr.toString()]).toEqual(['out\n', 'err\n']);
  });

  it('gets arguments and environment as they are, and no more', async () => {
    const odd = ['$(touch x)', '; rm -rf /', 'a\nb', '', '--', 'ä'];
    const script = `console.log(JSON.stringify([process.argv.slice(1), Object.keys(process.env)]))`;
    const { stdout } = await runChild(node(script, '--', ...odd), { ...OPTIONS, env: { ONLY: '1' } });
    expect(JSON.parse(stdout.toString())).toEqual([odd, ['ONLY']]);
  });

  it.each([0, 1, 65_536, 5_000_000])('reads %d bytes of input to the end', async (length) => {
    const stdin = Buffer.alloc(length, 'x');
    const counted = `let n = 0; process.stdin.on('data', (d) => (n += d.length)).on('end', () => console.log(n))`;
    const { stdout } = await runChild(node(counted), { ...OPTIONS, stdin });
    expect(stdout.toString()).toBe(`${length}\n`);
  });

  it('reads input that comes in pieces', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 100; index += 1) yield Buffer.alloc(10_000, index);
    }
    const { stdout } = await runChild(['wc', '-c'], { ...OPTIONS, stdin: pieces() });
    expect(stdout.toString().trim()).toBe('1000000');
  });

  it('is told apart by its exit where it does not read its input', async () => {
    const outcome = await runChild(node('process.exit(4)'), { ...OPTIONS, stdin: Buffer.alloc(5_000_000) });
    expect(outcome).toMatchObject({ kind: 'exited', code: 4 });
  });

  it('is ended when it writes more than is wanted', async () => {
    const flood = `const b = Buffer.alloc(65536); for (;;) require('fs').writeSync(1, b)`;
    const outcome = await runChild(node(flood), { ...OPTIONS, maxOutputBytes: 100_000 });
    expect(outcome).toMatchObject({ kind: 'too-much-output', code: null });
    expect(outcome.stdout.length).toBeLessThanOrEqual(100_000);
  });

  it('may write exactly as much as is wanted', async () => {
    const options = { ...OPTIONS, maxOutputBytes: 100_000 };
    const exact = await runChild(['head', '-c', '100000', '/dev/zero'], options);
    expect([exact.kind, exact.stdout.length]).toEqual(['exited', 100_000]);
    expect((await runChild(['head', '-c', '100001', '/dev/zero'], options)).kind).toBe('too-much-output');
  });

  it('keeps of a flood of errors the beginning', async () => {
    const flood = `process.stderr.write('begin' + 'x'.repeat(1e6))`;
    const { kind, stderr } = await runChild(node(flood), OPTIONS);
    expect([kind, stderr.length, stderr.subarray(0, 5).toString()]).toEqual(['exited', 65_536, 'begin']);
  });

  it('is ended at its deadline, even if it does not want to and has left a child behind', async () => {
    const started = performance.now();
    const stubborn = `trap '' TERM; sleep 30 & while :; do sleep 0.05; done`;
    const outcome = await runChild(['sh', '-c', stubborn], { ...OPTIONS, deadlineMs: 200 });
    expect(outcome).toMatchObject({ kind: 'timed-out', code: null });
    expect(performance.now() - started).toBeLessThan(6_000);
  });

  it('can clean up when its deadline comes', async () => {
    const mark = join(directory, 'cleaned');
    const tidy = `process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(mark)}, 'x'); process.exit(0); }); setInterval(() => {}, 99); console.log('up')`;
    await runChild(node(tidy), { ...OPTIONS, deadlineMs: 1_500 });
    expect(existsSync(mark)).toBe(true);
  });

  it('shows the signal that ended it', async () => {
    expect(await runChild(['sh', '-c', 'kill -9 $$'], OPTIONS)).toMatchObject({
      kind: 'signalled',
      code: null,
      reason: 'SIGKILL',
    });
  });

  it('is missing where there is no such program or directory', async () => {
    expect(await runChild(['no-such-program-of-heddle'], OPTIONS)).toMatchObject({ kind: 'missing' });
    expect((await runChild(['true'], { ...OPTIONS, cwd: '/no/such/directory' })).kind).not.toBe('exited');
  });

  it('does not start where it may not', async () => {
    expect(await runChild([directory], OPTIONS)).toMatchObject({ kind: 'not-started', reason: 'EACCES' });
  });
});

describe('a conversation', () => {
  const ECHO = node(`process.stdin.pipe(process.stdout)`);
  const start = (argv: Argv, deadlineMs = 20_000): Conversation =>
    converse(argv, { cwd: '/', env: { PATH }, deadlineMs });

  it('goes on line after line, and ends with the code', async () => {
    const child = start(['cat']);
    for (const line of ['one', '', 'three']) {
      await child.write(`${line}\n`);
      expect((await child.readLine())?.toString()).toBe(line);
    }
    expect(await child.end()).toBe(0);
  });

  it('answers reads in the order in which they were asked', async () => {
    const child = start(['cat']);
    const reads = [child.readLine(), child.readBytes(4), child.readLine()];
    await child.write('line\nfourrest\n');
    expect((await Promise.all(reads)).map(String)).toEqual(['line', 'four', 'rest']);
    await child.end();
  });

  it('keeps bytes that are no text, and lines that are cut by pieces', async () => {
    const child = start(ECHO);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10));
    for (const piece of [bytes.subarray(0, 100), bytes.subarray(100), Buffer.from('\n'), Buffer.from('x')]) {
      await child.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await child.readLine()).toEqual(bytes);
    expect((await child.readPiece(10))?.toString()).toBe('x');
    await child.end();
  });

  it('carries 20 MB in order, while writing and reading go on at once', async () => {
    const child = start(['cat']);
    const sent = Buffer.alloc(20_000_000);
    for (let at = 0; at + 4 <= sent.length; at += 4) sent.writeUInt32LE(at, at);
    const writing = child.write(sent);
    const half = await child.readBytes(10_000_000);
    const rest: Buffer[] = [];
    for (let length = 0; length < 10_000_000;) {
      const piece = (await child.readPiece(65_536)) ?? Buffer.alloc(0);
      expect(piece.length).toBeGreaterThan(0);
      rest.push(piece);
      length += piece.length;
    }
    await writing;
    expect(Buffer.concat([half, ...rest]).equals(sent)).toBe(true);
    expect(await child.end()).toBe(0);
  });

  it('makes a child wait that nobody reads from', async () => {
    const child = start(['sh', '-c', 'head -c 50000000 /dev/zero; echo done >&2']);
    await child.readBytes(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.stderr().toString()).toBe('');
    expect(await child.end()).toBe(0);
    expect(child.stderr().toString()).toBe('done\n');
  });

  it('shows the end: the last line without its newline, then nothing', async () => {
    const child = start(['printf', 'a\\nlast']);
    expect((await child.readLine())?.toString()).toBe('a');
    expect((await child.readLine())?.toString()).toBe('last');
    expect(await child.readLine()).toBeUndefined();
    expect(await child.readPiece(1)).toBeUndefined();
    await expect(child.readBytes(1)).rejects.toMatchObject({ kind: 'ended' });
  });

  it('does not give half of what was asked for', async () => {
    const child = start(['printf', 'abc']);
    await expect(child.readBytes(4)).rejects.toMatchObject({ name: 'ChildError', kind: 'ended' });
  });

  it('ends a child whose line is too long', async () => {
    const child = start(['head', '-c', '100000000', '/dev/zero']);
    await expect(child.readLine(1_000)).rejects.toMatchObject({ kind: 'line-too-long' });
    await child.kill();
  });

  it('ends a child that does not answer in time', async () => {
    const child = start(['sleep', '30'], 200);
    await expect(child.readLine()).rejects.toMatchObject({ kind: 'timed-out' });
    expect(await child.end()).toBeNull();
  });

  it('gives a child another deadline for each answer', async () => {
    const child = start(['sh', '-c', 'for i in 1 2 3 4; do sleep 0.3; echo $i; done'], 1_000);
    for (const line of ['1', '2', '3', '4']) expect((await child.readLine())?.toString()).toBe(line);
    expect(await child.end()).toBe(0);
  });

  it('fails, and does not hang, where the program is missing or has died', async () => {
    const missing = start(['no-such-program-of-heddle']);
    expect(await missing.readLine()).toBeUndefined();
    await expect(missing.write('x')).rejects.toMatchObject({ kind: 'ended' });
    expect(await missing.end()).toBeNull();
    const dead = start(['sh', '-c', 'kill -9 $$']);
    expect(await dead.readLine()).toBeUndefined();
    await expect(dead.write(Buffer.alloc(5_000_000))).rejects.toMatchObject({ kind: 'ended' });
    expect(await dead.end()).toBeNull();
  });

  it('is over at once when it is killed', async () => {
    const child = start(['cat']);
    const pid = child.pid ?? 0;
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).toBe('cat');
    await child.kill();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await child.readLine()).toBeUndefined();
  });
});
