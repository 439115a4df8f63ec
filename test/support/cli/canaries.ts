import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secretNeedles } from '../byte-scanner/needles.ts';
import type { Finding } from '../byte-scanner/report.ts';
import { Search } from '../byte-scanner/search.ts';
import { scan } from '../byte-scanner/scan.ts';
import type { Run } from './run-heddle.ts';
import type { Stage } from './stage.ts';

/** Watches children and deleted files, and plants bugs; its settings are the canaries' environment. */
export const CANARY_PRELOAD = fileURLToPath(new URL('../preload/canary-preload.mjs', import.meta.url));

/** Variables that are nobody's business but whoever set them. */
const PRIVATE_VARIABLES = {
  OPENAI_API_KEY: 'canary-7d0e5f1c-openai',
  AWS_SECRET_ACCESS_KEY: 'canary/7d0e5f1c+"aws"',
  DATABASE_URL: `${'postgres'}://u:canary-7d0e5f1c@db/x`,
  HEDDLE_UNKNOWN: 'canary-7d0e5f1c-heddle',
};
const PASSPHRASE = 'canary 7d0e5f1c pass phrase ü';
/** Bytes of a private key, and of the proof at the end of a token that can be extended. */
const KEY_BYTES = 32;

/** Secrets of a stage, all that heddle is given of them, and everywhere they may show. */
export class Canaries {
  readonly env: Readonly<Record<string, string>>;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
    for (const name of ['tmp', 'graves']) mkdirSync(stage.beside(name));
    writeFileSync(stage.beside('passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
    this.env = {
      ...PRIVATE_VARIABLES,
      HEDDLE_PASSPHRASE_FILE: stage.beside('passphrase'),
      TMPDIR: stage.beside('tmp'),
      CANARY_CHILDREN: stage.beside('children'),
      CANARY_GRAVES: stage.beside('graves'),
      CANARY_HOMES: stage.beside('people'),
    };
  }

  /** Private keys and the proofs of tokens of everybody, as they lie in their files; the passphrase; variables. */
  secrets(): Readonly<Record<string, string | Uint8Array>> {
    const secrets: Record<string, string | Uint8Array> = { passphrase: PASSPHRASE, ...PRIVATE_VARIABLES };
    for (const name of readdirSync(this.#stage.root, { recursive: true, encoding: 'utf8' })) {
      const path = this.#stage.beside(name);
      if (!/\.hcred$|\/keys\/.*\.json$|\/replicas\/.*\.json$/.test(name) || !statSync(path).isFile())
        continue;
      Object.assign(secrets, secretsOf(name, JSON.parse(readFileSync(path, 'utf8'))));
    }
    return secrets;
  }

  /**
   * Whatever of them stands in what was printed, in the repository, in temporary files, or was given to a child. That git
   * and the filters that people set up for it have the environment of whoever calls it is no finding.
   */
  findings(runs: readonly Run[]): readonly Finding[] {
    const secrets = this.secrets();
    const search = new Search(Object.entries(secrets).flatMap(([what, one]) => secretNeedles(what, one)));
    for (const { argv, stdout, stderr } of runs) {
      const line = argv.join(' ');
      search.look(Buffer.from(stdout), line, 'stdout');
      search.look(Buffer.from(stderr), line, 'stderr');
    }
    for (const child of this.children()) {
      search.look(Buffer.from(child.argv.join('\0')), child.argv[0] ?? '', 'argv');
      const own = child.argv[0] === 'git' ? withoutPrivate(child.env) : child.env;
      search.look(Buffer.from(Object.entries(own).join('\0')), child.argv[0] ?? '', 'environment');
    }
    const directories = [join('work', '.git'), 'tmp', 'graves'].map((name) => this.#stage.beside(name));
    const { findings, problems } = scan({ directories, secrets });
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return [...search.report().findings, ...findings];
  }

  /** Child processes so far, of all runs. */
  children(): readonly Child[] {
    const file = this.#stage.beside('children');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Child);
  }
}

function withoutPrivate(env: Child['env']): Child['env'] {
  const named = Object.keys(PRIVATE_VARIABLES).filter((name) => !name.startsWith('HEDDLE_'));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !named.includes(name)));
}

interface Child {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function secretsOf(name: string, file: unknown): Readonly<Record<string, Uint8Array>> {
  const { secret, secrets, token } = file as Readonly<Record<string, string | undefined>>;
  const found: Record<string, Uint8Array> = {};
  for (const [what, text] of Object.entries({ secret, secrets, token })) {
    if (text === undefined) continue;
    const bytes = Buffer.from(text, 'base64url');
    // A chain is stored with each state, but sealed: what lets somebody extend it stands at the end.
    if (what === 'token') found[`token of ${name}`] = bytes.subarray(-KEY_BYTES);
    else if (bytes.length <= 2 * KEY_BYTES) {
      for (let at = 0; at < bytes.length; at += KEY_BYTES) {
        found[`${what} ${at} of ${name}`] = bytes.subarray(at, at + KEY_BYTES);
      }
    } else found[`${what} of ${name}`] = bytes;
  }
  return found;
}
