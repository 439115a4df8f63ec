import type { EraseStepName } from '#ports/removal.ts';
import type { Ground } from './ground.ts';

/** A place where git keeps content, and how it gets there in a real repository. */
export interface Plant {
  readonly name: string;
  /**
   * When it has to happen: `first` before heddle captures the content, while only the work tree has it; `captured`
   * after that; `redacted` when no ref of heddle's leads to it any more.
   */
  readonly when: 'first' | 'captured' | 'redacted';
  /** The cleaning step without which the content stays here. */
  readonly step: EraseStepName | 'local-index';
  plant(ground: Ground): void | Promise<void>;
  /** Asks git, or looks itself, whether it really stands there. */
  isPlanted(ground: Ground): boolean;
}
