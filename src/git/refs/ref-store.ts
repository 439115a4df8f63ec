import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { PreparedRefs, RefStore } from '#ports/refs.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, type GitRunner } from '#git/run.ts';
import { readLooseRef } from './loose-ref.ts';
import { listPlainRefs } from './plain-refs.ts';
import { requireBranchRef, requireHeddleRef } from './ref-name.ts';
import { prepareTransaction } from './ref-transaction.ts';
import { TransactionRecord } from './transaction-record.ts';

/** Refs by way of git, so that every lock is Git's own; what plain files say is read from them. */
export class GitRefStore implements RefStore {
  readonly #runner: GitRunner;
  readonly #record: TransactionRecord;
  readonly #commonDir: string;

  constructor(runner: GitRunner, commonDir: string) {
    this.#runner = runner;
    this.#record = new TransactionRecord(commonDir);
    this.#commonDir = commonDir;
  }

  async list(prefix: string): Promise<ReadonlyMap<string, string>> {
    if (!/^refs\/(?:[^\s*?[\\~^:-][^\s*?[\\~^:]*)?$/.test(prefix)) {
      throw new HeddleError('FORMAT_INVALID', 'not a prefix of refs', {
        facts: { prefix: prefix.slice(0, 200) },
      });
    }
    const plain = listPlainRefs(this.#commonDir, prefix);
    if (plain !== undefined) return plain;
    const { stdout, stderr } = await this.#runner.run({
      args: ['for-each-ref', '--format=%(objectname) %(refname)', '--', prefix],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
    });
    // A damaged ref is left out with a warning; to go on without it would be to go on without its thread.
    if (stderr.includes('ignoring ')) throw damaged(stderr);
    return new Map(
      stdout
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(parseLine),
    );
  }

  /** From the ref's own file, which spares a git; whatever is not plain there is git's to read, or to refuse. */
  async read(name: string): Promise<string | undefined> {
    const loose = readLooseRef(this.#commonDir, requireHeddleRef(name));
    return loose ?? (await this.list(name)).get(name);
  }

  async readBranch(name: string): Promise<string | undefined> {
    const loose = readLooseRef(this.#commonDir, requireBranchRef(name));
    return loose ?? (await this.list(name)).get(name);
  }

  async prepare(
    changes: readonly RefChange[],
    verify: readonly RefChange[],
    branch: string | null = null,
  ): Promise<PreparedRefs> {
    for (const change of [...changes, ...verify]) checkChange(change, branch);
    // `HEAD` is locked beside the branch that it names: by way of the common directory it is always the same one.
    const runner = branch === null ? this.#runner : this.#runner.withGitDir(this.#commonDir);
    const current = (name: string): Promise<string | undefined> =>
      name === branch ? this.readBranch(name) : this.read(name);
    return prepareTransaction({ runner, record: this.#record, current }, { changes, verify, branch });
  }

  async removeStaleLocks(): Promise<readonly string[]> {
    return this.#record.removeStaleLocks();
  }
}

function checkChange(change: RefChange, branch: string | null): void {
  if (change.name === branch) requireBranchRef(change.name);
  else requireHeddleRef(change.name);
  for (const id of [change.old, change.new]) {
    if (id === null || (isObjectId(id) && !/^0+$/.test(id))) continue;
    throw new HeddleError('FORMAT_INVALID', 'a ref moves between full object ids', {
      facts: { ref: change.name },
    });
  }
}

function parseLine(line: string): readonly [string, string] {
  const [id, name, ...rest] = line.split(' ');
  if (id === undefined || name === undefined || rest.length > 0 || !isObjectId(id)) {
    throw unexpectedAnswer('for-each-ref');
  }
  return [name, id];
}

function damaged(stderr: Uint8Array): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'a ref of the repository is damaged', {
    facts: { git: cleanForeignText(stderr) },
  });
}
