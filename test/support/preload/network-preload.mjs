// Loaded with `--import`: appends a line to NETWORK_REPORT for each attempt to reach or serve a network, and refuses it.
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
