import { spawn, spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';

/** A server on the loopback that speaks git's own smart HTTP for the repositories below a directory. */
export interface HttpBackend {
  /** Address of the directory. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts one on a free port; whoever comes may push. */
export async function serveHttp(root: string, env: Readonly<Record<string, string>>): Promise<HttpBackend> {
  const path = spawnSync('git', ['--exec-path'], { encoding: 'utf8' }).stdout.trim();
  const server = createServer((request, response) => {
    answer(join(path, 'git-http-backend'), { root, env, request, response });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

interface Exchange {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** CGI 1.1 (RFC 3875), as far as git uses it. */
function answer(program: string, { root, env, request, response }: Exchange): void {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn(program, {
    env: {
      ...env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'somebody',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(path),
      QUERY_STRING: query,
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: header('content-length'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (piece: Buffer) => {
    if (head === undefined) return void response.write(piece);
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/: ?/, 2);
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.on('close', () => response.end());
}
