import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput, type Output } from '#cli/output.ts';

/** What is written without a stream, and what with one. */
function outputOf(writeNow: (bytes: Uint8Array) => Uint8Array): { output: Output; streamed: string[] } {
  const streamed: string[] = [];
  const streamOf = (name: string) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        streamed.push(`${name}: ${chunk.toString()}`);
        done();
      },
    });
  const output = createOutput({
    stdout: streamOf('stdout'),
    stderr: streamOf('stderr'),
    writeNow: (_, bytes) => writeNow(bytes),
    pagerCommand: 'less',
    showInPager: () => Promise.reject(new Error('nobody looks')),
  });
  return { output, streamed };
}

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

it('asks for no stream where all is written at once', async () => {
  const { output, streamed } = outputOf(() => new Uint8Array());
  await output.data('data', { paged: true });
  await output.talk('talk');
  expect(streamed).toEqual([]);
});

it('gives a stream what is left', async () => {
  const { output, streamed } = outputOf((bytes) => bytes.subarray(2));
  await output.data('data', { paged: false });
  await output.talk('talk');
  expect(streamed).toEqual(['stdout: ta', 'stderr: lk']);
});

it('takes a reader that left for no failure, and tells everything else', async () => {
  const write = (code: string) => outputOf(failing(code)).output.data('data', { paged: false });
  await expect(write('EPIPE')).resolves.toBeUndefined();
  await expect(write('ENOSPC')).rejects.toMatchObject({ code: 'DISK_FULL' });
  await expect(write('EIO')).rejects.toMatchObject({ code: 'IO_FAILED', facts: { reason: 'EIO' } });
});
