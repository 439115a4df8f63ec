import { claimJson } from '#domain/claim/claim-record.ts';
import { claimProcess, USUAL_CLAIM_LIFE } from '#domain/claim/claim.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { textBytes, type Example } from './example-text.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';

/** A claim as its file holds it, of a process of a machine that is called `machine`. */
export function claimExample(): Example {
  const mark = { boot: 'boot', place: 'machine/pid:[1]', pid: 4711, started: '815' };
  const claim = {
    thread: 'task/login',
    principal: OWNER,
    agent: 'review-worker',
    session: null,
    holder: KEYS.agent.publicKey,
    process: claimProcess(hasher, salt(8), mark),
    since: at('09:10:00'),
    heartbeat: at('09:12:00'),
    life: USUAL_CLAIM_LIFE,
  };
  const what = '`claims/task%2Flogin.json`, of machine `machine`, place `machine/pid:[1]`, boot `boot`';
  return textBytes(what, encodeCanonical({ type: 'claim', v: 1, ...claimJson(claim) }));
}
