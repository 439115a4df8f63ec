import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { DENIAL_TABLE } from '#domain/decision/codes/denial-table.ts';
import { DENIAL_CODES, type DenialCode } from '#domain/decision/decision.ts';
import type { DelegationBlock } from '#domain/token/token.ts';
import type { Credential } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { mutate } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { openWorkspace } from '../../support/cli/open-workspace.ts';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial } from '../../support/cli/verb-contract.ts';

const HERE = 'acme/core@task/login:src/a';
let stage: Stage;
let opened: Workspace & { readonly close: () => Promise<void> };
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.agent('worker', { allow: 'state:capture,state:read' });
  const { path, owner } = stage;
  opened = await openWorkspace({ path, env: owner.env, principal: 'owner@example.com' });
});
afterAll(async () => {
  await opened.close();
  stage.dispose();
});

/** One way to each code that a release can give: who asks, and what. `state:capture` at {@link HERE} where left out. */
interface Way {
  readonly who: Person;
  readonly operation?: RequestOperation;
  readonly resource?: string;
  readonly more?: readonly string[];
}

/** Somebody with a credential that is written beside the tool. */
async function holding(name: string, credential: Credential): Promise<Person> {
  const file = stage.beside(`${name}.hcred`);
  await opened.credentials.write(file, credential);
  return stage.dev.with({ HEDDLE_CREDENTIAL: file });
}

async function credentialOf(name: string): Promise<Credential> {
  return opened.credentials.read(stage.beside(`${name}.hcred`));
}

/** A child's credential that the verb would refuse to make: whoever holds a token has its key. */
async function handedOn(
  from: string,
  agent: string,
  block: Partial<Pick<DelegationBlock, 'provider' | 'model' | 'checks'>>,
): Promise<Person> {
  const parent = await credentialOf(from);
  const holder = opened.tokens.newHolder();
  const own = { agent, holder: holder.publicKey, provider: null, model: null, checks: [], ...block };
  const token = opened.tokens.attenuate(parent.token, parent.holder, own);
  return holding(agent, { ...parent, token, holder });
}

/** Adds a record to the chain that no verb of this release makes here. */
async function record(body: AuthorityBody, operation: RequestOperation): Promise<void> {
  const { view } = await loadAuthority(opened);
  await mutate(opened, {
    op: 'key-add',
    args: null,
    asksPassphrase: false,
    propose: async () => ({
      kind: 'ask',
      ask: { operation, resources: [view.repository] },
      plan: async ({ authority }) => {
        authority.append(body, null);
        return { ...NO_CHANGE, states: [], result: {} };
      },
    }),
  });
}

async function past(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Another person with keys and a session, whom the repository may not know. */
async function somebody(name: string, login: readonly string[] = []): Promise<Person> {
  const person = stage.person(name);
  await person.ok(['key', 'new', '--no-passphrase', '--principal', `${name}@example.com`]);
  await person.ok(['login', ...login]);
  return person;
}

async function known(name: string, login: readonly string[] = []): Promise<Person> {
  const person = await somebody(name, login);
  const { text } = await person.json(['key', 'export']);
  await stage.owner.ok(['key', 'add', `${name}@example.com`, String(text)]);
  return person;
}

const worker = (): Person => stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('worker.hcred') });

let threads = 0;

/** A path in a thread of its own, which asks something. */
async function under(rules: string, above = 'task/login'): Promise<string> {
  threads += 1;
  const thread = `acme/core@${above}/under-${threads}`;
  await stage.owner.ok(['policy', 'set', thread, ...rules.split(' ')]);
  return `${thread}:src/a`;
}

const WAYS: Partial<Record<DenialCode, () => Promise<Way>>> = {
  CREDENTIAL_MISSING: async () => ({ who: stage.person('nobody') }),
  CREDENTIAL_MALFORMED: async () => {
    const credential = await credentialOf('worker');
    return { who: await holding('garbage', { ...credential, token: new Uint8Array(64) }) };
  },
  CREDENTIAL_UNTRUSTED: async () => ({ who: await somebody('stranger') }),
  CREDENTIAL_TAMPERED: async () => {
    const credential = await credentialOf('worker');
    const at = Buffer.from(credential.token).indexOf('login:src') + 'login:'.length;
    const token = credential.token.map((byte, index) => (index === at ? byte ^ 1 : byte));
    return { who: await holding('tampered', { ...credential, token }) };
  },
  CREDENTIAL_EXPIRED: async () => {
    const who = await known('late', ['--ttl', '1s']);
    await past(2_100);
    return { who };
  },
  CREDENTIAL_REVOKED: async () => {
    const who = await known('gone');
    const { view } = await loadAuthority(opened);
    const root = findPrincipal(view, 'gone@example.com')?.keys.root ?? '';
    const body = { kind: 'key', action: 'revoke', principal: 'gone@example.com', root, seen: [] } as const;
    await record(body, 'key:write');
    return { who };
  },
  CREDENTIAL_WRONG_REPOSITORY: async () => {
    const other = new Stage();
    try {
      const there = stage.owner.with({}, other.path);
      await there.ok(
        'init --no-passphrase --principal owner@example.com --namespace acme --name other'.split(' '),
      );
      await there.ok(['token', 'mint', '--out', stage.beside('elsewhere.hcred')]);
    } finally {
      other.dispose();
    }
    return { who: stage.owner.with({ HEDDLE_CREDENTIAL: stage.beside('elsewhere.hcred') }) };
  },
  HOLDER_MISMATCH: async () => {
    const credential = await credentialOf('worker');
    return { who: await holding('thief', { ...credential, holder: opened.tokens.newHolder() }) };
  },
  ACTOR_MISMATCH: async () => ({ who: worker(), more: ['--agent', 'other'] }),
  UNLOCK_NEEDED: async () => {
    await stage.owner.ok(['token', 'mint', '--out', stage.beside('owner.hcred')]);
    const who = stage.person('nobody').with({ HEDDLE_CREDENTIAL: stage.beside('owner.hcred') });
    return { who, operation: 'grant:write', resource: 'acme/core' };
  },
  FLOOR: async () => ({ who: worker(), operation: 'grant:write', resource: 'acme/core' }),
  SCOPE_OPERATION: async () => ({ who: worker(), operation: 'undo' }),
  SCOPE_RESOURCE: async () => ({ who: worker(), resource: 'acme/core@task/login:docs' }),
  SCOPE_TIME: async () => {
    const who = await stage.agent('brief', { more: ['--ttl', '1s'] });
    await past(2_100);
    return { who };
  },
  SCOPE_ACTOR: async () => ({
    who: await handedOn('worker', 'other-model', {
      provider: 'acme',
      model: 'loom',
      checks: [{ kind: 'provider', anyOf: ['elsewhere'] }],
    }),
  }),
  SCOPE_DEPTH: async () => {
    await stage.agent('last', { more: ['--depth', '0'] });
    return { who: await handedOn('last', 'more', {}) };
  },
  SCOPE_BUDGET: async () => ({ who: await stage.agent('spent', { more: ['--budget', 'states=0'] }) }),
  ROLE_INSUFFICIENT: async () => ({ who: stage.dev, operation: 'thread:land' }),
  ROLE_NONE: async () => ({ who: stage.dev, resource: 'acme/core@release/1:src' }),
  EVALUATION_LIMIT: async () => ({
    who: stage.dev,
    resource: `acme/core@task/${'t/'.repeat(40)}t:${'p/'.repeat(40)}p`,
  }),
  ATTRIBUTION_MISSING: async () => ({
    who: worker(),
    resource: await under('--attribution required'),
  }),
  POLICY_ACTOR: async () => ({
    who: worker(),
    resource: await under('--model loom'),
    more: ['--provider', 'acme', '--model', 'shuttle'],
  }),
  REVIEW_MISSING: async () => {
    await stage.owner.ok(['policy', 'set', 'acme/core@heads/reviewed', '--approvals', '1']);
    return { who: stage.owner, operation: 'thread:land', resource: 'acme/core@heads/reviewed' };
  },
  POLICY_LIFE: async () => ({ who: stage.dev, resource: await under('--max-life 1h') }),
  POLICY_DEPTH: async () => ({ who: worker(), resource: await under('--max-depth 0') }),
  QUORUM_MISSING: async () => ({
    who: stage.owner,
    operation: 'purge:apply',
    resource: await under('--guard purge:apply --quorum 2'),
  }),
  TIMELOCK: async () => ({
    who: stage.owner,
    operation: 'redact:lift',
    resource: await under('--guard redact:lift --wait 1h'),
  }),
  ATTESTATION_MISSING: async () => {
    stage.write('src/a', 'a');
    await stage.dev.ok(['capture']);
    const listed = stage.git('ls-tree', 'refs/heddle/threads/task/login').split('\n');
    const rest = listed.filter((line) => !line.endsWith('attestation.json')).join('\n');
    const tree = stage.repository
      .gitBytes(
        stage.path,
        ['mktree'],
        Buffer.from(`${rest}
`),
      )
      .toString()
      .trim();
    const message = stage.git('log', '-1', '--format=%B', 'refs/heddle/threads/task/login');
    const commit = stage.git('commit-tree', tree, '-m', message.trim()).trim();
    const resource = await under('--attestation required', 'task/planted');
    const thread = resource.slice(resource.indexOf('@') + 1, resource.indexOf(':'));
    stage.git('update-ref', `refs/heddle/threads/${thread}`, commit);
    return { who: stage.dev, resource };
  },
  /** The last one: nothing is asked here afterwards. */
  FROZEN: async () => {
    await stage.owner.ok(['freeze']);
    return { who: stage.dev };
  },
};

/** What only a landing itself can be denied with: `can` does not know what would be landed. */
const BY_LANDING: Partial<Record<DenialCode, () => Promise<readonly string[]>>> = {
  POLICY_TRAILERS: async () => {
    const other = stage.beside('other');
    await stage.owner.ok(['start', 'other/thread', '--worktree', other]);
    writeFileSync(join(other, 'a'), 'a');
    await stage.owner.ok(['capture'], { cwd: other });
    await stage.owner.ok(['policy', 'set', 'acme/core@other', '--trailers', 'none', '--approvals', '1']);
    return ['--trailers', 'assisted-by'];
  },
  REVIEW_REJECTED: async () => {
    await stage.owner.ok(['review', 'other/thread', '--reject', '-m', 'not yet']);
    return [];
  },
};

const byLanding = DENIAL_CODES.filter((code) => BY_LANDING[code] !== undefined).toReversed();
const inOrder = [
  ...DENIAL_CODES.filter((code) => code !== 'FROZEN' && !byLanding.includes(code)),
  'FROZEN',
] as const;

describe('a denial', () => {
  it('has a way to each of its codes', () => {
    expect([...Object.keys(WAYS), ...byLanding].toSorted()).toEqual(DENIAL_CODES.toSorted());
    expect(DENIAL_CODES.length).toBeGreaterThan(19);
  });

  it.each(byLanding)('with %s is met by a landing, and writes one line', async (code) => {
    const more = (await BY_LANDING[code]?.()) ?? [];
    const argv = ['land', 'other/thread', '--onto', 'main', ...more];
    const denied = await expectDenial(stage, stage.owner, { argv, code });
    expect(printed(denied)).toMatchObject({ stage: DENIAL_TABLE[code].stage, fixes: [] });
  });

  it.each(inOrder)('with %s is met in the program, as text and as JSON, and writes nothing', async (code) => {
    const way = await WAYS[code]?.();
    if (way === undefined) throw new Error('no way');
    const { who, operation = 'state:capture', resource = HERE, more = [] } = way;
    const argv = ['can', operation, resource, ...more];
    const before = stage.footprint();
    const run = await who.run([...argv, '--json']);
    expect(run.exit, story(run)).toBe(1);
    const answer = printed(run);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer['denial'], story(run)).toMatchObject({
      code,
      stage: DENIAL_TABLE[code].stage,
      operation,
      resource,
      denied: [resource],
    });
    const denial = answer['denial'] as { readonly fixes: readonly object[]; readonly why: string | null };
    expect(denial.fixes.length > 0).toBe(denial.why === null);
    const text = await who.run(argv);
    expect(text.exit, story(text)).toBe(1);
    expect(text.stdout).toContain(`no: denied at ${DENIAL_TABLE[code].stage}: ${operation} on ${resource}`);
    expect(text.stdout).toMatch(/^ {2}fix {8}\S/m);
    expect(stage.footprint()).toEqual(before);
  });

  it('of a verb leaves with 77 and one line in the log', async () => {
    await expectDenial(stage, stage.dev, { argv: ['start', 'task/other'], code: 'FROZEN' });
  });
});
