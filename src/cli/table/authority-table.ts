import { PRESETS } from '#domain/token/preset.ts';
import { ACTOR_OPTIONS, OPERATION_ID, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const PRINCIPAL = option('--principal P', 'text', 'the principal; the only one here where left out', {
  says: 'principal',
});
/** How long a token lives. */
export const TTL = option('--ttl T', 'duration', 'let it end after T, such as 90s, 15m, 1h or 7d');
const NO_PASSPHRASE = flag('--no-passphrase', 'store a new key unencrypted');
const REPLACE_KEYS = flag('--replace', 'make others though there are keys here, and keep those beside them');
/** What a token is narrowed to. */
export const ALLOW = option('--allow OPS', 'operations', 'allow only these operations, comma-separated');
/** Where a token may be used. */
export const RESOURCE = option('--resource R', 'list', 'only at this resource; may be repeated');
/** What a token is for, by one word. */
export const PRESET = option(
  '--preset NAME',
  'text',
  'begin with what NAME allows; flags narrow it further',
  {
    choices: PRESETS.map(({ name }) => name),
  },
);
/** What a token may use up. */
export const BUDGET = option(
  '--budget B',
  'budget',
  'let it use up at most this, such as states=10,files=50,lines=2000,minutes=30',
);
const OUT = option('--out FILE', 'text', 'write a credential file; never overwrites');
const STDOUT = flag('--stdout', 'print the credential, a secret');
const FD = option(
  '--fd N',
  'integer',
  'write the credential to descriptor N, 3 or more: a pipe, never a file',
);
const EPHEMERAL = flag(
  '--ephemeral',
  'refuse whatever would leave the new key on a disk: --out, and output to a file',
);
/** What a budget counts, for people. */
export const BUDGET_DETAILS =
  'A budget counts states captured, paths touched, lines added and removed, and minutes from the first use, here in this clone, over the token and all that is made from it.';
/** What the presets are, for people. */
export const PRESET_DETAILS: readonly string[] = [
  'Presets: review reads for 4 hours, overnight captures on one thread, claims it and takes its own work back, for 10 hours, scratch captures on a new thread for 1 hour, ci reads and verifies for 1 hour.',
  'Without --resource a preset is for this repository, this thread, or a new name below scratch/. A flag that contradicts it is refused.',
];
const TOKEN_FILE = option('--token-file F', 'text', 'credential or token file; - for standard input');

const TOKEN_STDIN = flag('--stdin', 'the same as --token-file -');

/** Verbs about keys and tokens. */
export const AUTHORITY_VERBS: readonly VerbSpec[] = [
  verb('login', {
    summary: 'start a session for this device',
    details: [
      'Makes keys for the principal where there are none, and the token that this device then uses by default.',
    ],
    options: [PRINCIPAL, TTL, NO_PASSPHRASE],
    answer: 'login',
    load: () => import('#commands/login.ts'),
  }),
  verb('whoami', {
    summary: 'show who acts here, and where each field comes from',
    options: ACTOR_OPTIONS,
    asksGitLate: true,
    answer: 'whoami',
    load: () => import('#commands/whoami.ts'),
  }),
  verb('key new', {
    summary: 'make keys for a principal',
    details: [
      'With --replace new keys take the place of those that are here, which stay beside them: after `heddle key revoke`, have the new ones registered with `heddle key add`. Where the old ones are still registered, `heddle key rotate` does both.',
    ],
    options: [PRINCIPAL, REPLACE_KEYS, NO_PASSPHRASE],
    answer: 'key-new',
    load: () => import('#commands/key/new.ts'),
  }),
  verb('key list', {
    summary: 'list keys here and in the repository',
    answer: 'key-list',
    load: () => import('#commands/key/list.ts'),
  }),
  verb('key add', {
    summary: "register somebody's public keys in the repository",
    arguments: [
      argument('PRINCIPAL', 'whose keys they are'),
      argument('PUBLIC-KEY', 'what `heddle key export` printed, or a file with it'),
    ],
    options: WRITER_OPTIONS,
    examples: [{ argv: ['key', 'add', 'dev@example.com', 'dev.pub'], does: 'register from a file' }],
    answer: 'key-add',
    load: () => import('#commands/key/add.ts'),
  }),
  verb('key export', {
    summary: 'print the public keys, for `heddle key add`',
    options: [PRINCIPAL],
    answer: 'key-export',
    load: () => import('#commands/key/export.ts'),
  }),
  verb('token mint', {
    summary: 'make a token for a principal of this device',
    details: [...PRESET_DETAILS, BUDGET_DETAILS],
    options: [
      PRINCIPAL,
      PRESET,
      TTL,
      ALLOW,
      RESOURCE,
      BUDGET,
      option('--depth N', 'integer', 'let it be handed on through at most N agents'),
      option('--provider NAME', 'list', 'only for agents on this provider; may be repeated'),
      option('--model NAME', 'list', 'only for agents on this model; may be repeated'),
      OUT,
      STDOUT,
      FD,
      EPHEMERAL,
      OPERATION_ID,
    ],
    exactlyOne: ['out', 'stdout', 'fd'],
    examples: [
      {
        argv: ['token', 'mint', '--ttl', '10h', '--allow', 'state:capture', '--out', '../night.hcred'],
        does: 'make one that only captures',
      },
    ],
    everyday: true,
    answer: 'token-mint',
    load: () => import('#commands/token/mint.ts'),
  }),
  verb('token attenuate', {
    summary: 'hand a narrower token to an agent',
    details: [
      'Works offline. The new credential has a key of its own and never more than the one it is made from; asking for more is refused.',
      'It needs a preset, or --allow and --resource.',
      ...PRESET_DETAILS,
      BUDGET_DETAILS,
    ],
    options: [
      option('--agent A', 'text', 'name the agent that gets it', { required: true }),
      option('--provider NAME', 'text', 'say which provider the agent runs on; needs --model'),
      option('--model NAME', 'text', 'say which model the agent runs on; needs --provider'),
      PRESET,
      ALLOW,
      RESOURCE,
      TTL,
      BUDGET,
      option('--depth N', 'integer', 'let the agent hand it on N times more'),
      option(
        '--only-provider NAME',
        'list',
        'bind it and all that is made from it to a provider; may be repeated',
      ),
      option('--only-model NAME', 'list', 'the same for a model; may be repeated'),
      option('--from FILE', 'text', 'narrow this credential file; your own where left out'),
      flag('--stdin', 'narrow the credential that comes over standard input'),
      OUT,
      STDOUT,
      FD,
      EPHEMERAL,
      OPERATION_ID,
    ],
    exactlyOne: ['out', 'stdout', 'fd'],
    atMostOne: ['from', 'stdin'],
    atLeastOne: [
      ['allow', 'preset'],
      ['resource', 'preset'],
    ],
    examples: [
      {
        argv: 'token attenuate --agent night-shift --preset overnight --out ../night.hcred'.split(' '),
        does: 'let an agent work on this thread until the morning',
      },
      {
        argv: [
          'token',
          'attenuate',
          '--agent',
          'review-worker',
          '--allow',
          'state:read',
          '--resource',
          'acme/core',
          '--out',
          '../review.hcred',
        ],
        does: 'let an agent read',
      },
    ],
    everyday: true,
    answer: 'token-attenuate',
    load: () => import('#commands/token/attenuate.ts'),
  }),
  verb('token inspect', {
    summary: 'say in plain words what a token allows',
    details: [
      'It reads tokens of strangers too, and trusts none.',
      '`--diff PARENT TOKEN` says what TOKEN gains and loses against PARENT: whoever was made from it gains nothing.',
    ],
    arguments: [argument('[TOKEN]', 'credential or token file; your own where nothing is named')],
    options: [
      TOKEN_FILE,
      TOKEN_STDIN,
      option('--diff PARENT', 'text', 'compare with this credential or token file'),
    ],
    atMostOne: ['token-file', 'stdin'],
    examples: [
      {
        argv: ['token', 'inspect', '--diff', '../parent.hcred', '../child.hcred'],
        does: 'see what a child lost against its parent',
      },
    ],
    everyday: true,
    answer: 'token-inspect',
    load: () => import('#commands/token/inspect.ts'),
  }),
  verb('token verify', {
    summary: 'check a token against this repository',
    details: ['Exits with 1 where something is wrong.'],
    options: [TOKEN_FILE, TOKEN_STDIN],
    atMostOne: ['token-file', 'stdin'],
    answer: 'token-verify',
    load: () => import('#commands/token/verify.ts'),
  }),
  verb('token list', {
    summary: 'list the tokens that were made here, and what was done with them',
    details: [
      'Tokens of agents that only worked here are listed too: their states name them. Sessions of `heddle login` are not.',
    ],
    options: [flag('--live', 'only those that may still be used')],
    answer: 'token-list',
    load: () => import('#commands/token/list.ts'),
  }),
];
