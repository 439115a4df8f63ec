import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import { capture } from '#usecases/capture/capture.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { login } from '#usecases/keys/login.ts';
import { findLanding, land } from '#usecases/landing/land.ts';
import { purge } from '#usecases/removal/purge.ts';
import { redact } from '#usecases/removal/redact.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { rotateKeys } from '#usecases/revocation/rotate-keys.ts';
import { claimThread } from '#usecases/threads/claim/claim-thread.ts';
import { releaseThread } from '#usecases/threads/claim/release-thread.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { startThread } from '#usecases/threads/start.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import type { Chance } from '../../model/random.ts';
import { delegate } from '../scenes.ts';
import { DEV, type Acknowledged, type Replica, type ReplicaWorld } from './replica-world.ts';

type Step = readonly [name: string, act: () => Promise<unknown>];

/** What may happen in a clone, by chance. */
export class ReplicaSteps {
  /** All that was done. */
  readonly told: string[] = [];
  readonly #world: ReplicaWorld;
  readonly #chance: Chance;
  /** What a branch has, a purge has to take out of Git's own history: that is for tests with a real one. */
  readonly #landed = new Set<string>();
  readonly #hidden = new Set<string>();
  #made = 0;

  constructor(world: ReplicaWorld, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** Every step may be refused for a reason that heddle knows; nothing else may come out of it. */
  async step(): Promise<void> {
    this.#world.tick();
    const replica = this.#chance.of(this.#world.replicas);
    const [name, act] = this.#chance.of(this.#steps(replica));
    await this.tell(`${replica.name} ${name}`, act);
  }

  async tell(what: string, act: () => Promise<unknown>): Promise<void> {
    const at = this.told.push(what) - 1;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof HeddleError) && !(error instanceof DeniedError)) throw error;
      this.told[at] = `${what}: ${error instanceof HeddleError ? error.code : 'DENIED'} ${error.message}`;
    }
  }

  /** A clone begins a thread of its own, or goes on with another's. */
  async begin(replica: Replica, thread: string, from: string | null = null): Promise<void> {
    await startThread(replica.workspace, { thread, task: null, from, directory: null });
    await this.capture(replica);
  }

  #steps(replica: Replica): readonly Step[] {
    const { workspace } = replica;
    const world = this.#world;
    const save: Step = ['capture', () => this.capture(replica)];
    const push: Step = ['push', () => world.push(replica)];
    const pull: Step = ['pull', () => world.pull(replica)];
    const all = world.replicas;
    const more: readonly Step[] = [
      ['amend', () => this.capture(replica, true)],
      ['push that is lost', () => this.#lose(replica)],
      ['merge', () => world.merge(replica)],
      ['land', () => this.#land(replica)],
      ['undo', () => this.#undo(replica)],
      ['redo', () => redo(workspace, null)],
      ['pushes at once', () => Promise.allSettled(all.map((one) => world.push(one)))],
      ['rename what diverged', () => world.takeApart(replica)],
    ];
    const removals: readonly Step[] = [
      ['redact', () => this.#redact(replica)],
      ['redact the same apart', () => this.#redactSame(replica)],
      ['redact --text', () => this.#redactText(replica)],
      ['purge', () => this.#purge(replica)],
    ];
    const usual = [save, save, save, save, push, push, push, pull, pull, pull, ...more];
    return [...usual, ...removals, ...this.#threads(replica), ...this.#authority(replica)];
  }

  #threads(replica: Replica): readonly Step[] {
    const { workspace } = replica;
    const binding = { pid: null, run: null };
    return [
      ['start', async () => this.begin(replica, `work/${replica.name}-${(this.#made += 1)}`)],
      ['start what others have', () => this.#join(replica)],
      [
        'thread rename',
        async () =>
          renameThread(workspace, {
            thread: await standing(replica),
            to: `work/${replica.name}-${(this.#made += 1)}`,
          }),
      ],
      ['thread drop', async () => dropThread(workspace, { thread: await standing(replica), force: true })],
      [
        'thread claim',
        async () =>
          claimThread(workspace, { thread: await standing(replica), life: 5000, wait: null, binding }),
      ],
      [
        'thread release',
        async () => releaseThread(workspace, { thread: await standing(replica), force: false }),
      ],
    ];
  }

  #authority(replica: Replica): readonly Step[] {
    const { workspace } = replica;
    return [
      ['grant add', () => this.#grant(replica)],
      ['grant remove', () => this.#removeGrant(replica)],
      ['token attenuate', () => this.#token(replica)],
      ['token revoke', () => this.#revoke(replica)],
      ['key rotate', () => this.#rotate(replica)],
      ['key revoke', () => this.#revokeKey(replica)],
      ['key add', () => this.#world.registerDev()],
      ['freeze', () => freeze(workspace, 'look first')],
      ['unfreeze', () => unfreeze(workspace)],
    ];
  }

  async capture(replica: Replica, amend = false): Promise<void> {
    const path = `${replica.name}-${this.#landed.size}-${this.#chance.below(4)}.txt`;
    await this.#save(
      replica,
      { path, content: `note ${this.#chance.below(1e9)} of ${replica.name}\n` },
      amend,
    );
    replica.paths.push(path);
  }

  async #save(
    replica: Replica,
    { path, content }: { readonly path: string; readonly content: string },
    amend = false,
  ): Promise<void> {
    replica.repository.files.set(path, { mode: '100644', content });
    const intent = `this is why: ${content.trim()}, says ${replica.name}`;
    const { result, operation } = await capture(replica.workspace, { intent, maxFileBytes: 10_000, amend });
    if (result.state === null || !result.created) return;
    if (amend) this.#replaced(replica, result.parents);
    this.#acknowledge(replica, operation, { kind: 'state', state: result.state });
  }

  /** What an amendment took the place of is kept aside in its own clone alone. */
  #replaced({ done }: Replica, parents: readonly string[]): void {
    const newest = [...done].findLast(([, one]) => one.kind === 'state' && !parents.includes(one.state));
    if (newest !== undefined) done.set(newest[0], { kind: 'other' });
  }

  async #lose(replica: Replica): Promise<void> {
    this.#world.remote.accident = this.#chance.of(['lost before', 'lost after'] as const);
    await this.#world.push(replica).finally(() => (this.#world.remote.accident = null));
  }

  async #land(replica: Replica): Promise<void> {
    const thread = await standing(replica);
    const asked = { thread, onto: 'main', squash: true, message: null, trailers: null, dryRun: false };
    const files = [...replica.repository.files.keys()];
    if (files.some((path) => this.#hidden.has(path))) return;
    for (const path of files) this.#landed.add(path);
    const { merged } = await findLanding(replica.workspace, { thread, branch: 'main', squash: true });
    if (merged.kind === 'conflict') return;
    const { result, operation } = await land(replica.workspace, asked);
    for (const { commit } of result.commits)
      if (commit !== null) this.#acknowledge(replica, operation, { kind: 'landing', commit });
  }

  async #undo(replica: Replica): Promise<void> {
    const { operation, result } = await undo(replica.workspace, null);
    if (replica.done.has(result.undone)) replica.done.set(result.undone, { kind: 'other' });
    this.#acknowledge(replica, operation, { kind: 'other' });
  }

  async #join(replica: Replica): Promise<void> {
    const there = [...(await replica.workspace.refs.list('refs/heddle/threads/')).keys()];
    const thread = this.#chance
      .of(['refs/heddle/threads/none', ...there])
      .slice('refs/heddle/threads/'.length);
    await this.begin(replica, thread, thread);
  }

  async #redact(replica: Replica, path = this.#chance.of(['none', ...replica.paths])): Promise<void> {
    if (this.#landed.has(path)) return;
    this.#hidden.add(path);
    for (const { repository } of this.#world.replicas) repository.files.delete(path);
    const { result, operation } = await redact(replica.workspace, {
      path,
      state: null,
      all: true,
      part: null,
      reason: 'a token was in it',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: false,
    });
    if (result.tombstone !== null)
      this.#acknowledge(replica, operation, { kind: 'tombstone', id: result.tombstone });
  }

  /** Captured in one clone, known in others: each may hide it before it heard of the others. */
  async #redactSame(replica: Replica): Promise<void> {
    const path = `same-${this.#landed.size}-${this.#chance.below(3)}.txt`;
    for (const one of this.#world.replicas)
      await this.tell(`${one.name} capture ${path}`, () => this.#save(one, { path, content: `${path}\n` }));
    for (const one of this.#chance.once(2) ? [replica] : this.#world.replicas)
      await this.tell(`${one.name} redact ${path}`, () => this.#redact(one, path));
  }

  async #redactText(replica: Replica): Promise<void> {
    const states = this.#world.acknowledged('state').map(({ state }) => state);
    if (states.length === 0) return;
    const { result, operation } = await redactTexts(replica.workspace, {
      text: this.#chance.of(states),
      task: false,
      reason: 'it said too much',
      reasonCode: 'other',
      rotatedAt: null,
      dryRun: false,
    });
    if (result.tombstone !== null)
      this.#acknowledge(replica, operation, { kind: 'tombstone', id: result.tombstone });
  }

  async #purge(replica: Replica): Promise<void> {
    const ids = this.#world.acknowledged('tombstone').map(({ id }) => id);
    if (ids.length === 0) return;
    await purge(replica.workspace, {
      name: this.#chance.of(ids),
      confirm: async () => true,
      dryRun: false,
      rewriteGit: false,
      consent: null,
    });
  }

  async #grant(replica: Replica): Promise<void> {
    this.#made += 1;
    const resource = `acme/core@work/part-${this.#made}`;
    const grant = { principal: DEV, role: 'reader', resource, until: null } as const;
    const { result, operation } = await addGrant(replica.workspace, grant);
    this.#acknowledge(replica, operation, { kind: 'grant', id: result.grant.id });
  }

  async #removeGrant(replica: Replica): Promise<void> {
    const grants = this.#world.acknowledged('grant');
    if (grants.length === 0) return;
    const { id } = this.#chance.of(grants);
    const { operation } = await removeGrant(replica.workspace, id);
    this.#acknowledge(replica, operation, { kind: 'gone-grant', id });
    for (const { done } of this.#world.replicas)
      for (const [line, one] of done)
        if (one.kind === 'grant' && one.id === id) done.set(line, { kind: 'other' });
  }

  async #token(replica: Replica): Promise<void> {
    this.#made += 1;
    const agent = `agent-${this.#made}`;
    const file = `/credentials/${agent}.hcred`;
    await delegate(replica.workspace, agent, { operations: ['state:capture'], file });
    replica.tokens.push(file);
  }

  async #revoke(replica: Replica): Promise<void> {
    const file = replica.tokens.pop();
    if (file === undefined) return;
    const { token } = await replica.workspace.credentials.read(file);
    await revokeToken(replica.workspace, { session: null, block: null, token, reason: null });
  }

  /** An owner ends the other one's keys, having seen what was done with them. */
  async #revokeKey(replica: Replica): Promise<void> {
    const dev = this.#world.replicas[1];
    if (dev === undefined || replica === dev) return;
    await this.#world.exchange(dev);
    await this.#world.exchange(replica);
    await revokeKey(replica.workspace, { principal: DEV, root: null, reason: null });
    await this.#world.exchange(replica);
    await this.#world.pull(dev);
  }

  /** In one clone of each: keys that are replaced in two at once are nobody's, and people have to talk. */
  async #rotate({ name, workspace }: Replica): Promise<void> {
    if (name === 'r2') return;
    await rotateKeys(workspace);
    await login(workspace, { life: null, passphrase: { kind: 'none' } });
  }

  #acknowledge({ done }: Replica, operation: OperationId | null, what: Acknowledged): void {
    if (operation !== null) done.set(operation, what);
  }
}

/** The thread of a clone's worktree. */
async function standing({ workspace }: Replica): Promise<string> {
  return (await workspace.records.readPosition(workspace.places.gitDir))?.thread ?? 'none';
}
