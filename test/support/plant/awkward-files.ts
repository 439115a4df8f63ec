import { randomBytes } from 'node:crypto';
import { chmodSync, symlinkSync } from 'node:fs';
import type { Stage } from '../cli/stage.ts';

/** A file that holds a secret of its own in a way of its own. */
export interface AwkwardFile {
  readonly name: string;
  /** As heddle prints it, and takes it. */
  readonly path: string;
  readonly secret: string | Uint8Array;
  write(stage: Stage): void;
}

/** A file with some text around its secret. */
function text(name: string, path: string, { bytes = Buffer.from(path) } = {}): AwkwardFile {
  const secret = makeSecret(name);
  return {
    name,
    path,
    secret,
    write: (stage) => stage.repository.write(bytes, `one\nKEY=${secret}\nthree\n`),
  };
}

function makeSecret(name: string): string {
  return `hunter2-${Buffer.from(name).toString('hex').slice(0, 24)}-${name.length}`;
}

const LINK = makeSecret('link target');
const CRLF = makeSecret('carriage return');
const EXECUTABLE = makeSecret('executable');
const WIDE = makeSecret('utf-16');
const INNERMOST = makeSecret('in the middle');

/** Kinds, contents and names of files that are easily forgotten. */
export const AWKWARD_FILES: readonly AwkwardFile[] = [
  text('a plain file', 'plain.env'),
  text('a name with a line break', 'new%0Aline.txt', { bytes: Buffer.from('new\nline.txt') }),
  text('a name with an escape', 'percent%2541', { bytes: Buffer.from('percent%41') }),
  text('a name that is no UTF-8', 'latin%E9', { bytes: Buffer.from([0x6c, 0x61, 0x74, 0x69, 0x6e, 0xe9]) }),
  text('a name that looks like an option', '-option'),
  text('a name that looks like a glob', ':(glob)*'),
  text('quotes and a backslash', 'quote"and\'s\\x'),
  text('letters beyond ASCII', 'ünï/cödé.txt'),
  {
    name: 'a link',
    path: 'links/target',
    secret: LINK,
    write: (stage) => {
      stage.write('links/README', 'links\n');
      symlinkSync(`../srv/${LINK}/key`, stage.beside('work', 'links', 'target'));
    },
  },
  {
    name: 'line ends that a filter changes',
    path: 'crlf.txt',
    secret: CRLF,
    write: (stage) => {
      stage.write('.gitattributes', 'crlf.txt text eol=crlf\n');
      stage.write('crlf.txt', `one\r\nKEY=${CRLF}\r\nthree\r\n`);
    },
  },
  {
    name: 'an executable',
    path: 'bin/run.sh',
    secret: EXECUTABLE,
    write: (stage) => {
      stage.write('bin/run.sh', `#!/bin/sh\necho ${EXECUTABLE}\n`);
      chmodSync(stage.beside('work', 'bin', 'run.sh'), 0o755);
    },
  },
  {
    name: 'UTF-16',
    path: 'wide.txt',
    secret: Buffer.from(WIDE, 'utf16le'),
    write: (stage) => stage.repository.write('wide.txt', Buffer.from(`KEY=${WIDE}\r\n`, 'utf16le')),
  },
  {
    name: 'three megabytes that do not compress',
    path: 'large.bin',
    secret: INNERMOST,
    write: (stage) =>
      stage.repository.write(
        'large.bin',
        Buffer.concat([randomBytes(1_500_000), Buffer.from(INNERMOST), randomBytes(1_500_000)]),
      ),
  },
  {
    name: 'a few bytes and nothing else',
    path: 'few',
    secret: 'k8#fQ2!x',
    write: (stage) => stage.write('few', 'k8#fQ2!x'),
  },
];
