// Loaded with `--import`: appends a line to NETWORK_REPORT for each attempt to reach or serve a network, and refuses it;
// and to NATIVE_REPORT, where it is given, for each native part of a package that is loaded, with the verb's words.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

function forbid(target, name, what) {
  target[name] = () => {
    appendFileSync(process.env.NETWORK_REPORT, `${what}\n`);
    throw new Error(`refused: ${what}`);
  };
}

forbid(net.Socket.prototype, 'connect', 'connect');
forbid(net.Server.prototype, 'listen', 'listen');
forbid(dgram, 'createSocket', 'datagram');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  forbid(dns, name, `dns ${name}`);
  forbid(dns.promises, name, `dns ${name}`);
}
syncBuiltinESMExports();

const { dlopen } = process;
process.dlopen = (...args) => {
  const report = process.env.NATIVE_REPORT;
  if (report !== undefined) appendFileSync(report, `${args[1]} ${process.argv.slice(2).join(' ')}\n`);
  return dlopen.apply(process, args);
};
