import { shellWord } from '#domain/encoding/shell-line.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import {
  formatKeyExport,
  keyProofBlock,
  keyProofHash,
  keyProofProblem,
  parseKeyExport,
  type KeyExport,
} from '#domain/authority/key-proof.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { highestRole } from '#domain/authority/authority-view.ts';
import type {
  KeyAddResult,
  KeyExportResult,
  KeyListResult,
  KeyNewResult,
} from '#domain/results/key-results.ts';
import type { Passphrase } from '#ports/keys.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { authorityVerifier } from '#usecases/authority/load-authority.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { wholeSecond } from './login.ts';
import { openKeys, replaceKeys, unlockKeys, type OpenedKeys } from './open-keys.ts';

/**
 * Makes a principal's root and record key in this home; throws `OUTPUT_EXISTS`. With `replace` new ones take the place
 * of those that are here, which stay as spare: repositories that know them go on until they are rotated there.
 */
export async function newKey(
  machine: Machine,
  passphrase: Passphrase | undefined,
  replace = false,
): Promise<KeyNewResult> {
  const principal = await requirePrincipal(machine);
  const current = (await machine.keys.list()).some((keys) => keys.principal === principal);
  if (current && !replace) {
    throw new HeddleError('OUTPUT_EXISTS', `${principal} has keys here; --replace makes new ones`, {
      facts: { principal },
      preserved: 'the existing keys are as they were',
    });
  }
  const opened = current
    ? await replaceKeys(machine, principal, passphrase)
    : await openKeys(machine, principal, passphrase);
  const known = (await machine.keys.list()).find((keys) => keys.principal === principal);
  return { ...exported(machine, opened), encrypted: known?.encrypted ?? false };
}

/** The public half of a principal's keys, with the proof that both are possessed. */
export async function exportKey(machine: Machine): Promise<KeyExportResult> {
  const principal = await requirePrincipal(machine);
  return exported(machine, { ...(await unlockKeys(machine, principal)), made: false });
}

function exported(machine: Machine, opened: OpenedKeys): KeyExportResult {
  const proven = proveKeys(machine, opened);
  return { principal: proven.principal, ...proven.keys, text: formatKeyExport(proven) };
}

/** The public half of unlocked keys, with the proof that both are possessed. */
export function proveKeys(
  machine: Machine,
  { principal, root, record }: Pick<OpenedKeys, 'principal' | 'root' | 'record'>,
): KeyExport {
  const keys = { root: root.publicKey, record: record.publicKey };
  const issued = wholeSecond(machine.clock.now());
  // Dead on arrival: all it can do is show that the root key's owner named this record key.
  const rootProof = machine.tokens.mint(root, keyProofBlock(principal, keys, issued));
  const hash = keyProofHash(machine.hasher, principal, keys);
  const proof = {
    rootProof: formatBase64Url(machine.tokens.seal(rootProof)),
    recordProof: formatBase64Url(record.sign('authority', hash)),
  };
  return { principal, keys, proof };
}

/** Keys in this home and, in a repository, registered ones. */
export async function listKeys(machine: Machine, view: AuthorityView | null): Promise<KeyListResult> {
  const here = await machine.keys.list();
  const listed = here.map((keys) => {
    const registered = view?.principals.find((known) => known.keys.root === keys.root);
    return {
      principal: keys.principal,
      root: keys.root,
      record: keys.record,
      here: true,
      encrypted: keys.encrypted,
      registered: view === null ? null : registered !== undefined,
      revoked: registered?.revoked ?? false,
    };
  });
  const elsewhere = (view?.principals ?? []).filter(
    (known) => !here.some((keys) => keys.root === known.keys.root),
  );
  return {
    keys: [
      ...listed,
      ...elsewhere.map((known) => ({
        principal: known.principal,
        ...known.keys,
        here: false,
        encrypted: null,
        registered: true,
        revoked: known.revoked,
      })),
    ],
  };
}

/** Registers somebody's keys in the authority chain. Throws `KEY_REJECTED`. */
export async function addKey(
  workspace: Workspace,
  options: { readonly principal: string; readonly text: string },
): Promise<Mutated<Omit<KeyAddResult, 'operation'>>> {
  const { principal } = options;
  const offered = parseKeyExport(options.text);
  return mutate(workspace, {
    op: 'key-add',
    args: { principal, root: offered.keys.root, record: offered.keys.record },
    asksPassphrase: true,
    blind: async ({ authority: { view } }) => ({ operation: 'key:write', resources: [view.repository] }),
    propose: async ({ authority }) => {
      const { view } = authority;
      const highest = highestRole(view, principal);
      return {
        kind: 'ask',
        ask: {
          operation: 'key:write',
          resources: [view.repository],
          registering: true,
          ...(highest === null ? {} : { granting: highest }),
        },
        plan: async (drafts) => {
          assertAcceptable(workspace, { principal, offered, view });
          const id = drafts.authority.append(
            { kind: 'key', action: 'add', principal, keys: offered.keys, proof: offered.proof },
            null,
          );
          const result = { id, principal, ...offered.keys };
          return { ...NO_CHANGE, states: [], result };
        },
      };
    },
  });
}

function otherKeys(principal: string): string {
  return `where they were ended in another clone, \`heddle pull\` tells; else \`heddle key revoke ${shellWord(principal)}\` ends them first`;
}

function assertAcceptable(
  workspace: Workspace,
  options: {
    readonly principal: string;
    readonly offered: KeyExport;
    readonly view: AuthorityView;
  },
): void {
  const { principal, offered, view } = options;
  const reject = (why: string, advice?: string): HeddleError =>
    new HeddleError('KEY_REJECTED', why, {
      facts: { principal, ...(advice === undefined ? {} : { advice }) },
      preserved: 'no key was registered',
    });
  if (offered.principal !== principal) {
    throw reject(`the key is ${offered.principal}'s, not ${principal}'s`);
  }
  if (view.principals.some((known) => known.principal === principal && !known.revoked)) {
    throw reject(`${principal} has registered keys`, otherKeys(principal));
  }
  const taken = view.principals.some(
    (known) => known.keys.root === offered.keys.root || known.keys.record === offered.keys.record,
  );
  if (taken) throw reject('one of the keys is registered already');
  const problem = keyProofProblem(offered, authorityVerifier(workspace));
  if (problem !== undefined) throw reject(problem);
}
