/**
 * What `git diff-tree` is asked with where lines count: each file's, whatever it holds, by one algorithm and by no
 * setting, attribute or program of anybody's.
 */
export const LINE_DIFF = [
  '-r',
  '-p',
  '--text',
  '--unified=0',
  '--inter-hunk-context=0',
  '--diff-algorithm=myers',
  '--submodule=short',
  '--ignore-submodules=none',
  '--no-renames',
  '--no-relative',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
] as const;
