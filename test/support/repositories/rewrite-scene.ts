import { expect } from 'vitest';
import type { CommitMap, Rewriting, RewriteReport } from '#ports/removal/rewriting.ts';
import { EraseScene } from './erase-scene.ts';

const PEOPLE =
  'author A U Thor <a@example.com> 1700000000 +0000\ncommitter C O Mitter <c@example.com> 1700000000 +0000';

/** A real repository whose own history holds a content, and what rewrites it. */
export class RewriteScene {
  readonly scene: EraseScene;
  readonly rewriting: Rewriting;
  /** The commit that brought the content in, on `main`. */
  readonly holding: string;
  /** The commit before it. */
  readonly clean: string;
  /** What the last rewriting replaced. */
  replaced: CommitMap = new Map();

  private constructor(scene: EraseScene) {
    this.scene = scene;
    const { ground } = scene;
    this.clean = ground.git('rev-parse', 'HEAD');
    ground.git('add', '-A');
    ground.git('commit', '-q', '-m', 'holds it');
    this.holding = ground.git('rev-parse', 'HEAD');
    this.rewriting = {
      blobs: new Set([ground.blob]),
      replacement: ({ name, kind }) =>
        Buffer.from(
          kind === 'symlink' ? 'nowhere' : `removed ${Buffer.from(name).toString('latin1')}\n`,
          'latin1',
        ),
      parts: [],
      mask: () => undefined,
    };
  }

  static async make(): Promise<RewriteScene> {
    return new RewriteScene(await EraseScene.make());
  }

  git(...argv: readonly string[]): string {
    return this.scene.ground.git(...argv);
  }

  /** Stores a commit as it is, however odd, and points a branch at it. */
  rawCommit(branch: string, content: string): string {
    const id = this.scene.ground.input(
      ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'],
      Buffer.from(content, 'latin1'),
    );
    this.git('update-ref', `refs/heads/${branch}`, id);
    return id;
  }

  /** Header lines of a commit on others, of the tree of the first. */
  header(...parents: readonly string[]): string {
    const tree = this.git('rev-parse', `${parents[0] ?? ''}^{tree}`);
    return [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), PEOPLE].join('\n');
  }

  raw(kind: string, id: string): string {
    const { repository } = this.scene.ground;
    return repository.gitBytes(repository.path, ['cat-file', kind, id]).toString('latin1');
  }

  async rewrite(): Promise<RewriteReport> {
    const { report } = await this.scene.git.rewriter.rewrite(this.rewriting, async ({ commits }) => {
      this.replaced = new Map([...this.replaced, ...commits]);
    });
    return report;
  }

  /** The id in the place of one. */
  now(id: string): string {
    const found = this.replaced.get(id);
    expect(found, `${id} was replaced`).toBeDefined();
    return found ?? '';
  }

  /** A text with the ids of commits and trees as they are now. */
  followed(text: string): string {
    return text.replaceAll(/[0-9a-f]{40}/g, (id) => this.replaced.get(id) ?? id);
  }
}
