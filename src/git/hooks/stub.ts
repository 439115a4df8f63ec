/** What stands in the second line of every hook of heddle's. */
export const STUB_MARK = ['# heddle', 'hook v1: '].join(' ');
/** What stood in a hook's place before is beside it under this ending. */
export const KEPT_ENDING = '.before-heddle';

/** What a hook starts, absolute. */
export interface StubProgram {
  readonly node: string;
  readonly script: string;
}

/** A word of the shell that stands for itself. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
