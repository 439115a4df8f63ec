import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type {
  ConfiguredRemote,
  Incoming,
  LeavingObject,
  PushAnswer,
  RemoteUpdate,
  Transport,
} from '#ports/boundary/transport.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { NetworkGround } from '#git/surroundings.ts';
import { readLines } from '#git/settings.ts';
import { isFollowed, namesPassword } from './address.ts';
import { GitIncoming, makeIncomingPlace } from './incoming.ts';
import { networkGround } from './network.ts';
import { pushRefs } from './push.ts';
import { movedMeanwhile, refusedAddress, refusedPassword, remoteFailure } from './remote-failure.ts';

const NAME = /^(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_][A-Za-z0-9._-]{0,199}(?<!\.)$/;
/** What the repository's configuration could name for the other side is not asked. */
const UPLOAD_PACK = '--upload-pack=git-upload-pack';
/** Objects alone: no ref moves, no tag follows, nothing is written down. */
const FETCH = [
  '--quiet',
  '--no-tags',
  '--no-prune',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
  '--no-write-commit-graph',
  '--no-write-fetch-head',
  '--refmap=',
] as const;

/** Other repositories, by way of native git. */
export class GitTransport implements Transport {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  #ground: Promise<NetworkGround> | undefined;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  async find(name: string): Promise<ConfiguredRemote> {
    const addresses = NAME.test(name) ? await this.#addresses(name) : [];
    if (addresses.length === 0) {
      throw new HeddleError('REMOTE_UNKNOWN', 'there is no remote of that name', {
        facts: { remote: name.slice(0, 80) },
        preserved: 'nothing was changed',
      });
    }
    if (!addresses.every(isFollowed)) throw refusedAddress(name);
    return { name, addresses };
  }

  async pushAddresses(name: string): Promise<readonly string[]> {
    await this.find(name);
    const { stdout } = await this.#runner.run({ args: ['remote', 'get-url', '--push', '--all', '--', name] });
    return lines(stdout).map((line) => line.toString('utf8'));
  }

  async add(name: string, address: string): Promise<void> {
    if (!NAME.test(name) || !isFollowed(address)) throw refusedAddress(name.slice(0, 80));
    if (namesPassword(address)) throw refusedPassword(name);
    if ((await this.#addresses(name)).length > 0) {
      throw new HeddleError('REMOTE_EXISTS', 'there is a remote of that name', {
        facts: { remote: name },
        preserved: 'nothing was changed',
      });
    }
    await this.#runner.run({ args: ['remote', 'add', '--', name, address] });
  }

  async usesFallback(name: string): Promise<boolean> {
    const key = `remote.${name}.heddlefallback`;
    const found = await readLines(this.#runner, String.raw`^remote\..*\.heddlefallback$`);
    return found.findLast((line) => line.key === key)?.value === 'true';
  }

  async useFallback(name: string): Promise<void> {
    await this.find(name);
    await this.#runner.run({ args: ['config', '--local', `remote.${name}.heddleFallback`, 'true'] });
  }

  async forgetFallback(name: string): Promise<void> {
    await this.find(name);
    await this.#runner.run({ args: ['update-ref', '-d', `refs/remotes/${name}/heddle/refs`] });
  }

  async list(name: string, prefixes: readonly string[]): Promise<ReadonlyMap<string, ObjectId>> {
    const patterns = prefixes.map((prefix) => (prefix.endsWith('/') ? `${prefix}*` : prefix));
    const { stdout } = await this.#reach(name, (runner) =>
      runner.run({
        args: ['ls-remote', '--refs', '--quiet', UPLOAD_PACK, '--', name, ...patterns],
        maxOutputBytes: LARGE_OUTPUT_BYTES,
        deadlineMs: LONG_DEADLINE_MS,
      }),
    );
    const refs = stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(parseRef)
      // Patterns match the ends of names, too.
      .filter(([ref]) =>
        prefixes.some((prefix) => ref === prefix || (prefix.endsWith('/') && ref.startsWith(prefix))),
      );
    return new Map(refs);
  }

  async fetch(name: string, tips: readonly ObjectId[]): Promise<Incoming> {
    const places = makeIncomingPlace(this.#places.commonDir);
    const incoming = new GitIncoming(this.#runner, places);
    try {
      if (tips.length === 0) return incoming;
      await this.#fetchInto(name, tips, (ground) => this.#runner.reaching(ground, places));
      const found = await incoming.objects.readMany(tips, LARGEST_TIP);
      if (found.includes(undefined)) throw movedMeanwhile(name);
      return incoming;
    } catch (error) {
      await incoming.close();
      throw error;
    }
  }

  async push(
    name: string,
    updates: readonly RemoteUpdate[],
    { atomic, beside }: { readonly atomic: boolean; readonly beside: Incoming },
  ): Promise<PushAnswer | 'not-atomic'> {
    const places = beside instanceof GitIncoming ? beside.places : undefined;
    return this.#reach(
      name,
      (runner) => pushRefs(runner, name, { updates, atomic }),
      (ground) => this.#runner.reaching(ground, places),
    );
  }

  async leaving(heads: readonly ObjectId[], known: readonly ObjectId[]): Promise<readonly LeavingObject[]> {
    if (heads.length === 0) return [];
    const { stdout } = await this.#runner.run({
      args: ['rev-list', '--objects', '--ignore-missing', '--stdin'],
      stdin: Buffer.from([...heads, ...known.map((id) => `^${id}`), ''].join('\n')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return lines(stdout).map((line) => {
      const id = line.subarray(0, 40).toString('latin1');
      return { id, path: line.length > 41 ? line.subarray(41) : null };
    });
  }

  async leavingCommits(
    heads: readonly ObjectId[],
    known: readonly ObjectId[],
  ): Promise<readonly { readonly commit: ObjectId; readonly parents: readonly ObjectId[] }[]> {
    if (heads.length === 0) return [];
    const { stdout } = await this.#runner.run({
      args: ['rev-list', '--parents', '--topo-order', '--reverse', '--ignore-missing', '--stdin'],
      stdin: Buffer.from([...heads, ...known.map((id) => `^${id}`), ''].join('\n')),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    return lines(stdout).map((line) => {
      const [commit = '', ...parents] = line.toString('latin1').split(' ');
      if (![commit, ...parents].every(isObjectId)) throw unexpectedAnswer('rev-list');
      return { commit, parents };
    });
  }

  async isAncestor(commit: ObjectId, head: ObjectId): Promise<boolean> {
    const { code } = await this.#runner.run({
      args: ['merge-base', '--is-ancestor', commit, head],
      accept: [1, 128],
    });
    return code === 0;
  }

  async #addresses(name: string): Promise<readonly string[]> {
    const wanted = new Set([`remote.${name}.url`, `remote.${name}.pushurl`]);
    const found = await readLines(this.#runner, String.raw`^remote\..*\.(url|pushurl)$`);
    return found.filter(({ key }) => wanted.has(key)).map(({ value }) => value);
  }

  async #fetchInto(
    name: string,
    tips: readonly ObjectId[],
    at: (ground: NetworkGround) => GitRunner,
  ): Promise<void> {
    await this.#reach(
      name,
      (runner) =>
        runner.run({
          args: ['fetch', ...FETCH, UPLOAD_PACK, '--stdin', '--', name],
          stdin: Buffer.from(tips.map((tip) => `${tip}\n`).join('')),
          deadlineMs: LONG_DEADLINE_MS,
        }),
      at,
    );
  }

  async #reach<T>(
    name: string,
    act: (runner: GitRunner) => Promise<T>,
    at: (ground: NetworkGround) => GitRunner = (ground) => this.#runner.reaching(ground),
  ): Promise<T> {
    await this.find(name);
    this.#ground ??= networkGround(this.#runner);
    const runner = at(await this.#ground);
    try {
      return await act(runner);
    } catch (error) {
      throw remoteFailure(name, error);
    }
  }
}

/** A tip is a commit; what is larger than this is none of heddle's, and no sane one of Git's. */
const LARGEST_TIP = 4 * 1024 * 1024;

function parseRef(line: string): readonly [string, ObjectId] {
  const [id, ref, ...rest] = line.split('\t');
  if (id === undefined || ref === undefined || rest.length > 0 || !isObjectId(id))
    throw unexpectedAnswer('ls-remote');
  return [ref, id];
}

function lines(output: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0; from < output.length;) {
    const end = output.indexOf(0x0a, from);
    const stop = end === -1 ? output.length : end;
    if (stop > from) found.push(output.subarray(from, stop));
    from = stop + 1;
  }
  return found;
}
