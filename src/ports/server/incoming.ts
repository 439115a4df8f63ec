import type { ObjectId } from '#ports/objects.ts';

/** An object that a push brought. */
export interface IncomingObject {
  readonly id: ObjectId;
  /** Git's word: `blob`, `tree`, `commit`, `tag`. */
  readonly kind: string;
  readonly size: number;
}

/** What a push brought to a repository that has not accepted it yet. Reads only. */
export interface Incoming {
  /**
   * Every object that came, whether or not anything refers to it; what was there before is left out where git left it
   * out. Throws `FORMAT_INVALID` where there are more than `most`.
   */
  objects(most: number): Promise<readonly IncomingObject[]>;
  /**
   * Objects of any kind that these lead to and those do not, whether they came or were there before with nothing that
   * led to them. Throws `FORMAT_INVALID` where there are more than `most`.
   */
  reached(
    from: readonly ObjectId[],
    without: readonly ObjectId[],
    most: number,
  ): Promise<readonly ObjectId[]>;
  /**
   * Commits that these lead to and that those do not, by Git's parents. Throws `FORMAT_INVALID` where there are more
   * than `most`, another error where one of `from` leads to no commit.
   */
  commits(
    from: readonly ObjectId[],
    without: readonly ObjectId[],
    most: number,
  ): Promise<readonly ObjectId[]>;
}
