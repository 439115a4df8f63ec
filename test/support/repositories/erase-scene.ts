import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import type { GitRepository } from '#git/repository.ts';
import type { ScanReport } from '../byte-scanner/report.ts';
import { scan } from '../byte-scanner/scan.ts';
import { makeRepository, openAt } from './open-repositories.ts';
import { Ground } from '../plant/ground.ts';
import type { Plant } from '../plant/plant.ts';

const SECRET = 'hunter2-5f1d8c07a9e64b23';
const LINES = Array.from({ length: 80 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));
const THREAD = 'refs/heddle/threads/work';

/** A real repository in which a content stands somewhere, that an eraser has to destroy. */
export class EraseScene {
  readonly ground: Ground;
  readonly git: GitRepository;
  readonly target: Erasable;

  private constructor(ground: Ground, git: GitRepository) {
    this.ground = ground;
    this.git = git;
    const replacement = ground.input(['hash-object', '-w', '--stdin'], 'redacted hr-example\n');
    this.target = {
      contents: [{ blob: ground.blob, bytes: Buffer.from(ground.content) }],
      salts: [],
      replacements: new Map([[ground.blob, replacement]]),
    };
  }

  /** A repository with two commits; the content is nowhere but in the work tree. */
  static async make(): Promise<EraseScene> {
    const repository = makeRepository();
    const neighbour = `${LINES.join('\n')}\n`;
    const content = neighbour.replace('\n', `\nKEY=${SECRET}\n`);
    repository.write('README', 'second\n');
    repository.commit('second');
    repository.write('config/key.env', content);
    const ground = new Ground({ repository, path: 'config/key.env', content, neighbour });
    return new EraseScene(ground, await openAt(repository));
  }

  /** The same with the content planted; no ref of heddle's and no work tree has it any more. */
  static async planted(...plants: readonly Plant[]): Promise<EraseScene> {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const plantAt = async (when: Plant['when']): Promise<void> => {
      for (const plant of plants) if (plant.when === when) await plant.plant(ground);
    };
    await plantAt('first');
    ground.git('update-ref', THREAD, ground.commitHolding());
    await plantAt('captured');
    ground.git('update-ref', '-d', THREAD);
    await plantAt('redacted');
    ground.repository.remove('config');
    return scene;
  }

  /** Runs the steps; their clauses. */
  async erase({ without }: { readonly without?: string } = {}): Promise<readonly string[]> {
    const done: string[] = [];
    for (const step of this.git.eraser.steps) {
      if (step.name !== without) done.push(...(await step.run(this.target)));
    }
    return done;
  }

  /** For a program that erases by itself. */
  targetAsJson(): string {
    const { salts, replacements } = this.target;
    const contents = [{ blob: this.ground.blob, text: this.ground.content }];
    return JSON.stringify({ contents, salts, replacements: [...replacements] });
  }

  async survey(): Promise<readonly Residue[]> {
    return (await this.git.eraser.survey(this.target)).filter(({ place }) => place !== 'similar');
  }

  /** What the independent scanner finds in the repository and its worktrees: the secret, and the blob's id. */
  scan(): ScanReport {
    return scan({
      directories: [this.ground.repository.root],
      secrets: { secret: SECRET },
      identifiers: { blob: this.ground.blob },
    });
  }

  /** Git finds nothing wrong, and can do with the repository what it could before. */
  expectSound(): void {
    const { ground } = this;
    expect(ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress')).toBe('');
    expect(ground.git('status', '--porcelain', '--untracked-files=no')).not.toContain('fatal');
    const clone = ground.beside('clone');
    ground.git('clone', '-q', '--no-local', '.', clone);
    expect(
      ground.repository.gitIn(clone, 'fsck', '--full', '--strict', '--no-dangling', '--no-progress'),
    ).toBe('');
    const remote = ground.beside('remote.git');
    ground.git('init', '-q', '--bare', remote);
    ground.git('push', '-q', remote, 'refs/*:refs/*');
    ground.git('gc', '-q');
    expect(ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress')).toBe('');
  }
}
