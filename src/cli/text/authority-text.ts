import type {
  KeyAddResult,
  KeyExportResult,
  KeyListResult,
  KeyNewResult,
} from '#domain/results/key-results.ts';
import type { LoginResult } from '#domain/results/token-results.ts';
import type { WhoamiResult } from '#domain/results/work-results.ts';
import { ACTOR_FIELDS } from '#domain/actor/actor.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { fieldLines, roleText, type Fields, type TextOf } from './shared-lines.ts';
import { credentialFields } from './work-text.ts';

const KEY_LETTERS = 16;

/** Text of `login`. */
export const loginText: TextOf<LoginResult> = (result, terminal) => [
  `${terminal.safe(result.principal)} is logged in on this device`,
  ...fieldLines({
    keys: result.keyMade ? 'made for this principal' : null,
    session: terminal.safe(result.session),
    expires: `${terminal.time(result.expires)}, ${terminal.distance(result.expires)}`,
  }),
];

/** Text of `whoami`. */
export const whoamiText: TextOf<WhoamiResult> = (result, terminal) => [
  ...(result.actor === null ? ['nobody: no principal is named here'] : []),
  ...fieldLines({
    ...actorFields(result, terminal),
    ...credentialFields(result.credential, terminal),
    'root key': result.keys === null ? null : keyText(result.keys.root),
    registered:
      result.registered === null ? null : result.registered ? 'in this repository' : 'not in this repository',
    roles: result.roles.map((role) => roleText(role, terminal)).join(', '),
    detected: result.agentDetected === null ? null : `an agent, by ${terminal.safe(result.agentDetected)}`,
  }),
];

function actorFields({ actor, sources }: WhoamiResult, terminal: Terminal): Fields {
  if (actor === null || sources === null) return {};
  const named = ACTOR_FIELDS.filter((field) => actor[field] !== null);
  const said = columns(named.map((field) => [terminal.safe(actor[field] ?? ''), `from ${sources[field]}`]));
  return Object.fromEntries(named.map((field, index) => [field, said[index] ?? null]));
}

function keyText(key: string): string {
  return `ed25519:${key.slice(0, KEY_LETTERS)}…`;
}

/** Text of `key new`. */
export const keyNewText: TextOf<KeyNewResult> = (result, terminal) => [
  `keys for ${terminal.safe(result.principal)} were made, ${result.encrypted ? 'encrypted' : 'not encrypted'}`,
  ...fieldLines({ 'root key': keyText(result.root), 'record key': keyText(result.record) }),
  terminal.safe(result.text),
];

/** Text of `key list`. */
export const keyListText: TextOf<KeyListResult> = ({ keys }, terminal) => {
  const rows = keys.map((key) => {
    const places = [
      key.here ? `here, ${key.encrypted === true ? 'encrypted' : 'not encrypted'}` : 'not here',
      key.registered === null ? '' : key.registered ? 'registered' : 'not registered',
      key.revoked ? 'revoked' : '',
    ];
    return [
      terminal.safe(key.principal),
      keyText(key.root),
      places.filter((place) => place !== '').join(', '),
    ];
  });
  return rows.length === 0 ? ['no keys yet'] : columns(rows);
};

/** Text of `key add`. */
export const keyAddText: TextOf<KeyAddResult> = (result, terminal) => [
  `${terminal.safe(result.principal)} is registered with ${keyText(result.root)} (record ${terminal.id(result.id)})`,
];

/** Text of `key export`: the line that `key add` takes, alone. */
export const keyExportText: TextOf<KeyExportResult> = ({ text }, terminal) => [terminal.safe(text)];
