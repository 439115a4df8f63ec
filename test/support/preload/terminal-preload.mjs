/* Makes the program believe that somebody sits at a terminal; what they type is the piped input. */
import { syncBuiltinESMExports } from 'node:module';
import tty from 'node:tty';

const { isatty } = tty;
tty.isatty = (fd) => fd === 0 || fd === 2 || isatty(fd);
syncBuiltinESMExports();
for (const stream of [process.stdin, process.stderr]) {
  Object.defineProperty(stream, 'isTTY', { value: true });
}
