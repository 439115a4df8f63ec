import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Git's own daemon on loopback. */
export interface GitDaemon {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves what is below a directory to anybody, pushes included. */
export async function serveDaemon(root: string, env: Readonly<Record<string, string>>): Promise<GitDaemon> {
  const port = await freePort();
  const args = ['--enable=receive-pack', '--export-all', '--reuseaddr', `--base-path=${root}`];
  const child = spawn('git', ['daemon', ...args, '--listen=127.0.0.1', `--port=${port}`], {
    env,
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`git daemon ended with ${child.exitCode}`);
    await setTimeout(20);
  }
  return {
    url: `git://127.0.0.1:${port}`,
    close: async () => {
      // `git daemon` is a child of `git`: both are of one group.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('invariant: it listens on a port');
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
