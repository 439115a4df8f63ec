import { isDeepStrictEqual } from 'node:util';
import { encodeLandedCommit } from '#domain/landing/landed-commit.ts';
import { branchRef, threadRef } from '#domain/refs.ts';
import { formatInstant } from '#domain/time.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { OperationId, StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HeddleError } from '#domain/error.ts';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { login } from '#usecases/keys/login.ts';
import { addKey, exportKey, newKey } from '#usecases/keys/manage-keys.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { pull, type Pulled } from '#usecases/remotes/pull/pull.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { unfreeze } from '#usecases/revocation/freeze.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { SHA256_HASHER } from '../../sha256-hasher.ts';
import { writeCommit } from '../files.ts';
import { createMemoryLanding, treeAt } from '../landing.ts';
import { redactPath } from '../removal/removal-scenes.ts';
import { initialised, join } from '../scenes.ts';
import { commitsBelow, MemoryRemote } from '../transport.ts';
import { createMemoryRepository, type MemoryRepository } from '../workspace.ts';

/** Something that heddle said it had done, and that stands. */
export type Acknowledged =
  | { readonly kind: 'state'; readonly state: StateId }
  | { readonly kind: 'grant' | 'gone-grant' | 'tombstone'; readonly id: string }
  | { readonly kind: 'landing'; readonly commit: ObjectId }
  | { readonly kind: 'other' };

/** One clone, who works in it, and what they were told that they did. */
export interface Replica {
  readonly name: string;
  readonly repository: MemoryRepository;
  readonly workspace: Workspace;
  /** By the line that says so. */
  readonly done: Map<OperationId, Acknowledged>;
  readonly paths: string[];
  /** Credential files of agents. */
  readonly tokens: string[];
  /** What the last pull found. */
  pulled: Pulled['result'] | null;
}

export const DEV = 'dev@example.com';
export const MAIN = branchRef('main');

/** Several clones of one repository, the two people who work in them, and the remote that they share. */
export class ReplicaWorld {
  readonly remote = new MemoryRemote();
  readonly replicas: Replica[] = [];
  #now = Date.parse('2026-11-21T12:00:00.000Z');

  static async of(count: number): Promise<ReplicaWorld> {
    const world = new ReplicaWorld();
    const origin = await initialised();
    const dev = await join(origin, DEV, 'maintainer');
    const first = await writeCommit(origin.workspace.writer, new Map());
    for (let index = 0; index < count; index += 1) {
      const repository = index === 0 ? origin : createMemoryRepository(origin.store);
      const replica = world.#replica(repository, index % 2 === 0 ? origin.workspace : dev, `r${index}`);
      if (index > 0) await world.#clone(replica);
      else await moveBranch(replica.workspace, first);
      // Whoever changes something first is registered: one after the other, so that the chain does not fork here.
      await push(replica.workspace, ALL);
    }
    for (const { workspace } of world.replicas) await pull(workspace, 'origin');
    return world;
  }

  #replica(repository: MemoryRepository, person: Workspace, name: string): Replica {
    const { keys, credentials, said } = person;
    const { random } = repository.workspace;
    const workspace: Workspace = {
      ...repository.workspace,
      keys,
      credentials,
      said,
      // Clones draw from one source in these tests, and must not draw the same.
      random: (length) => SHA256_HASHER.hash('request', utf8(name), random(32)).slice(0, length),
      transport: async () => this.remote.transportOf(workspace),
      landing: async () => createMemoryLanding(workspace),
    };
    const done: Replica['done'] = new Map();
    const replica = { name, repository, workspace, done, paths: [], tokens: [], pulled: null };
    this.replicas.push(replica);
    return replica;
  }

  async #clone({ workspace }: Replica): Promise<void> {
    const { refs } = workspace;
    const changes = [...this.remote.refs]
      .filter(([name]) => name.startsWith('refs/heddle/'))
      .map(([name, id]) => ({ name, old: null, new: id }));
    await (await refs.prepare(changes, [])).commit();
    await adopt(workspace, null);
    await moveBranch(workspace, this.remote.refs.get(MAIN) ?? '');
  }

  /** A second goes by everywhere. */
  tick(): void {
    this.#now += 1000;
    for (const { repository } of this.replicas) repository.now = formatInstant(this.#now);
  }

  async push({ workspace }: Replica): Promise<void> {
    await push(workspace, ALL);
  }

  async pull(replica: Replica): Promise<void> {
    replica.pulled = (await pull(replica.workspace, 'origin')).result;
  }

  /** What a pull says to do with a thread that went two ways: this clone's gets another name. */
  async takeApart(replica: Replica): Promise<void> {
    await this.pull(replica);
    const apart = (replica.pulled?.threads ?? []).filter(({ outcome }) => outcome === 'diverged');
    for (const { thread, before } of apart)
      await renameThread(replica.workspace, { thread, to: `${thread}-${before?.slice(-6) ?? ''}` });
    if (apart.length > 0) await this.pull(replica);
  }

  /** What people do in Git to follow a branch. Files that both changed become as one side has them. */
  async merge({ workspace }: Replica): Promise<void> {
    const [mine, theirs] = [await workspace.refs.readBranch(MAIN), this.remote.refs.get(MAIN)];
    if (mine === undefined || theirs === undefined) return;
    if ((await commitsBelow(workspace, [mine])).has(theirs)) return;
    if ((await commitsBelow(workspace, [theirs])).has(mine)) return moveBranch(workspace, theirs);
    const below = await commitsBelow(workspace, [theirs]);
    const from = [...(await commitsBelow(workspace, [mine]))].find((commit) => below.has(commit)) ?? null;
    const question = { kind: 'history', ours: mine, from, names: { ours: 'main', theirs: 'main' } } as const;
    const landing = await workspace.landing();
    const { tree } = await landing.merge(question, (await treeAt(workspace, theirs)) ?? '');
    const by = { principal: 'somebody', at: workspace.clock.now() };
    const batch = workspace.writer.batch();
    const commit = { tree, parents: [mine, theirs], author: by, committer: by, message: 'merge\n' };
    const id = batch.add('commit', encodeLandedCommit(commit));
    await batch.write();
    await moveBranch(workspace, id);
  }

  /** What people do until everybody may work again. */
  async #repair(): Promise<void> {
    const [owner, dev] = this.replicas;
    if (owner === undefined || dev === undefined) return;
    for (const one of this.replicas.filter((each) => each !== dev)) {
      await this.pull(one);
      if ((await loadAuthority(one.workspace)).view.frozen !== null) await unfreeze(one.workspace);
      await this.exchange(one);
    }
    await this.pull(owner);
    await this.registerDev();
    await this.exchange(owner);
  }

  /** Everything of a clone is at the remote then, and the other way round. */
  async exchange(replica: Replica): Promise<void> {
    this.tick();
    await this.merge(replica);
    await this.takeApart(replica);
    await this.#pushAll(replica);
  }

  /** What one clone captured apart from what another one redacted is redacted there, too, as the refusal says. */
  async #pushAll(replica: Replica): Promise<void> {
    try {
      await this.push(replica);
    } catch (error) {
      const { path } = error instanceof HeddleError && error.code === 'CONTENT_SHUNNED' ? error.facts : {};
      if (typeof path !== 'string' || !path.startsWith('files/')) throw error;
      await redactPath(replica.workspace, path.slice('files/'.length));
      await this.#pushAll(replica);
    }
  }

  /** Who lost their keys makes others, and an owner registers them: in one clone, or they would be nobody's. */
  async registerDev(): Promise<void> {
    const [owner, dev] = this.replicas.map(({ workspace }) => workspace);
    if (owner === undefined || dev === undefined) return;
    const { view } = await loadAuthority(owner);
    if (findPrincipal(view, DEV) !== undefined) return;
    await newKey(dev, { kind: 'none' }, true);
    await login(dev, { life: null, passphrase: { kind: 'none' } });
    const { text } = await exportKey(dev);
    await addKey(owner, { principal: DEV, text });
  }

  /** Until nobody has anything new to say. Throws where a pull finds something. */
  async settle(): Promise<void> {
    await this.#repair();
    for (let round = 0; round < 4; round += 1) {
      for (const replica of this.replicas) {
        await this.pull(replica);
        const findings = replica.pulled?.findings ?? [];
        const isMended = round < 3 && (await this.#redactThere(replica, findings));
        if (findings.length > 0 && !isMended)
          throw new Error(`${replica.name} pulls ${JSON.stringify(findings)}`);
        await this.exchange(replica);
      }
      if (await this.#isSame()) return;
    }
  }

  /** What was captured apart and pushed is redacted by whoever has the thread; false where it is not that. */
  async #redactThere(puller: Replica, findings: Pulled['result']['findings']): Promise<boolean> {
    // Not all of it: a thread that is not taken over is in the way of that.
    if (findings.length > 0) await push(puller.workspace, { ...ALL, branches: [], all: false });
    for (const { subject, message } of findings) {
      const path = /^(.+) holds what /.exec(message)?.[1];
      if (path === undefined) return false;
      for (const { workspace } of this.replicas.filter((one) => one !== puller)) {
        if ((await workspace.refs.read(threadRef(subject))) === undefined) continue;
        await pull(workspace, 'origin');
        // Another one has it as old as the puller, and without the file.
        await redactPath(workspace, path).catch(() => undefined);
        await push(workspace, ALL);
      }
    }
    return findings.length > 0;
  }

  async #isSame(): Promise<boolean> {
    const there = Object.fromEntries(this.remote.refs);
    const here = await Promise.all(this.replicas.map(({ workspace }) => travelling(workspace)));
    return here.every((refs) => isDeepStrictEqual(refs, there));
  }

  /** All that was acknowledged of a kind, in any clone, and not taken back. */
  acknowledged<Kind extends Acknowledged['kind']>(
    kind: Kind,
  ): readonly Extract<Acknowledged, { kind: Kind }>[] {
    return this.replicas.flatMap(({ done }) =>
      [...done.values()].filter((one): one is Extract<Acknowledged, { kind: Kind }> => one.kind === kind),
    );
  }
}

const ALL = { remote: 'origin', threads: [], branches: ['main'], all: true };

async function moveBranch({ refs }: Workspace, next: ObjectId): Promise<void> {
  const old = (await refs.readBranch(MAIN)) ?? null;
  await (await refs.prepare([{ name: MAIN, old, new: next }], [], MAIN)).commit();
}

/** What travels, and the branch: the same in every clone. */
export async function travelling({ refs }: Workspace): Promise<Record<string, string>> {
  const local = /^refs\/heddle\/(?:remotes|snapshots|dropped|diverged)\//;
  const found = [...(await refs.list('refs/heddle/')), ...(await refs.list(MAIN))];
  return Object.fromEntries(found.filter(([name]) => !local.test(name)));
}
