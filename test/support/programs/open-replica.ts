import { createReplicaStore } from '#crypto/replica-store.ts';
import { SHA256_HASHER } from '../sha256-hasher.ts';

/** Waits for a line, so that many begin at once; then opens the replica and prints its id. */
const [data = '', path = '', cloneId = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void createReplicaStore(data, SHA256_HASHER)
    .open({ cloneId, path })
    .then(({ replica }) => process.stdout.write(`${replica}\n`, () => process.exit(0)));
});
