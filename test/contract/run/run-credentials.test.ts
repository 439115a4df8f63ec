import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDescriptor, readDescriptor } from '#crypto/hand-over/descriptor-credential.ts';
import { createRunCredentials } from '#crypto/hand-over/run-credentials.ts';
import { parseId } from '#domain/id.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-run-credentials-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const RUN = parseId('ho', `ho-${'1'.repeat(51)}0`);
const at = (...parts: readonly string[]): string => join(directory, ...parts);
const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

describe('the credential of a run', () => {
  it('is a private file in a private directory, and goes with it', async () => {
    const credentials = createRunCredentials({ runtime: null, state: at('state') });
    const path = await credentials.write(RUN, 'secret');
    expect(path).toBe(at('state', 'runs', RUN, 'credential.hcred'));
    expect([mode(path), mode(at('state', 'runs', RUN)), mode(at('state', 'runs'))]).toEqual([
      '600',
      '700',
      '700',
    ]);
    await expect(credentials.write(RUN, 'other')).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('secret');
    await credentials.remove(RUN);
    await credentials.remove(RUN);
    expect(readdirSync(at('state', 'runs'))).toEqual([]);
  });

  it('lies in the runtime directory only where that is private', async () => {
    mkdirSync(at('run'), { mode: 0o700 });
    const credentials = createRunCredentials({ runtime: at('run', 'heddle'), state: at('state') });
    expect(await credentials.write(RUN, 'secret')).toContain(at('run', 'heddle', 'runs'));
    await credentials.remove(RUN);
    chmodSync(at('run'), 0o755);
    expect(await credentials.write(RUN, 'secret')).toContain(at('state', 'runs'));
    await credentials.remove(RUN);
    const gone = createRunCredentials({ runtime: at('none', 'heddle'), state: at('state') });
    expect(await gone.write(RUN, 'secret')).toContain(at('state', 'runs'));
    expect(existsSync(at('none'))).toBe(false);
  });

  it('is refused where the directory is open to others, and a link is removed, not what it leads to', async () => {
    mkdirSync(at('state', 'runs'), { recursive: true, mode: 0o755 });
    const credentials = createRunCredentials({ runtime: null, state: at('state') });
    await expect(credentials.write(RUN, 'secret')).rejects.toMatchObject({ code: 'CREDENTIAL_FILE_MODE' });
    mkdirSync(at('mine'));
    writeFileSync(at('mine', 'file'), '');
    symlinkSync(at('mine'), at('state', 'runs', RUN));
    await credentials.remove(RUN);
    expect([existsSync(at('state', 'runs', RUN)), existsSync(at('mine', 'file'))]).toEqual([false, true]);
  });

  it('by descriptor has no name, and every process reads it from its beginning', async () => {
    const credentials = createRunCredentials({ runtime: null, state: at('state') });
    const descriptor = await credentials.open(RUN, 'secret');
    expect(readdirSync(at('state', 'runs'))).toEqual([]);
    for (let turn = 0; turn < 2; turn += 1) {
      expect(Buffer.from(await readDescriptor(descriptor, 100)).toString()).toBe('secret');
    }
    const cat = spawnSync('sh', ['-c', 'echo x >&3; cat <&3'], {
      stdio: ['ignore', 'pipe', 'pipe', descriptor],
      encoding: 'utf8',
    });
    // It is open for reading alone.
    expect([cat.stdout, cat.stderr !== '']).toEqual(['secret', true]);
    await credentials.close(descriptor);
    await expect(readDescriptor(descriptor, 100)).rejects.toMatchObject({ code: 'CREDENTIAL_FILE_INVALID' });
  });
});

describe('a credential by descriptor', () => {
  it('is named by a number from 3', () => {
    expect(['fd:3', 'fd:10', 'fd:9999'].map(parseDescriptor)).toEqual([3, 10, 9999]);
    const others = [
      'fd:0',
      'fd:1',
      'fd:2',
      'fd:03',
      'fd:-3',
      'fd:',
      'fd:3x',
      'FD:3',
      'fd:99999',
      './fd:3',
      'fd:3\n',
    ];
    expect(others.map(parseDescriptor)).toEqual(others.map(() => undefined));
  });

  it('is refused where others could open it, it is long, or it is neither file nor pipe', async () => {
    const refusal = async (make: () => number): Promise<string> => {
      const descriptor = make();
      const error: unknown = await readDescriptor(descriptor, 100).catch((thrown: unknown) => thrown);
      closeSync(descriptor);
      return error instanceof Error ? error.message : 'it was read';
    };
    writeFileSync(at('open'), 'x', { mode: 0o644 });
    writeFileSync(at('long'), 'x'.repeat(101), { mode: 0o600 });
    expect(await refusal(() => openSync(at('open'), 'r'))).toContain('open to others');
    expect(await refusal(() => openSync(at('long'), 'r'))).toContain('longer than 100');
    expect(await refusal(() => openSync('/dev/null', 'r'))).toContain('neither a file nor a pipe');
    expect(await refusal(() => openSync(directory, 'r'))).toContain('neither a file nor a pipe');
    await expect(readDescriptor(9000, 100)).rejects.toMatchObject({ message: 'descriptor 9000 is not open' });
  });
});
