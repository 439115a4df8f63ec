/* Makes the program believe that somebody sits at a terminal; what they type is the piped input. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import tty from 'node:tty';

const { isatty } = tty;
const { fstatSync } = fs;
const shown = (fd) => fd === 0 || fd === 2;
tty.isatty = (fd) => shown(fd) || isatty(fd);
fs.fstatSync = (fd, ...options) => {
  const stat = fstatSync(fd, ...options);
  return shown(fd) ? Object.assign(stat, { isCharacterDevice: () => true }) : stat;
};
syncBuiltinESMExports();
for (const stream of [process.stdin, process.stderr]) {
  Object.defineProperty(stream, 'isTTY', { value: true });
}
