import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');

/** Calls by which content could leave the object store, wherever they stand. */
const CALLS: readonly RegExp[] = [
  /\bobjects\s*\??\.\s*(?:read|readMany|streamBlobs)\b/,
  /\.\s*(?:readMany|streamBlobs|materialise)\s*\(/,
  /\bcomparer\s*\??\.\s*patch\b/,
  // Taken out of its object under another name.
  /\{[^{}]*\b(?:readMany|streamBlobs|materialise)\b[^{}]*\}\s*=/,
  /\bObjectReader\b/,
];

/**
 * Git's commands that print content, or put it into a work tree: each begins the list of a call's arguments. Looked
 * for where git can be run from.
 */
const COMMANDS =
  /\[\s*'(?:annotate|apply|archive|blame|bundle|cat-file|checkout|checkout-index|clone|diff|diff-files|diff-index|diff-tree|fast-export|format-patch|grep|log|merge-file|pack-objects|range-diff|read-tree|reset|restore|rev-list|show|stash|switch|unpack-file|worktree)'/;

/**
 * Every file that reaches content, and why removed content does not leave through it. A new one asks first whether
 * `content/read-patch.ts` or `content/materialise.ts` is what it wants.
 */
const KNOWN: Readonly<Record<string, string>> = {
  'usecases/content/read-patch.ts': 'the one way to print: what is refused is taken out of both trees first',
  'usecases/content/read-lines.ts': 'the one way to print a file by lines: what is refused is not read',
  'usecases/content/materialise.ts': 'the one way to check out: what is refused is replaced first',
  'usecases/content/hidden-entries.ts': 'lists of a manifest',
  'usecases/content/held-directories.ts': 'lists of a manifest',
  'usecases/content/held-trees.ts': 'trees of files, for the ids in them alone',
  'usecases/authority/read-record.ts': 'files of authority records',
  'usecases/manifest/hash-contents.ts': 'contents of a capture, for their hashes alone',
  'usecases/manifest/read-directory.ts': 'lists of a manifest',
  'usecases/removal/names/find-name.ts': 'token chains, searched for a name',
  'usecases/removal/places/old-carriers.ts': 'contents before a redaction, for their hashes alone',
  'usecases/removal/places/tombstone-places.ts': 'what is kept of a content, for the quarantine alone',
  'usecases/content/other-contents.ts': 'what else a path held, searched for the same bytes and counted',
  'usecases/tombstones/replacement-blobs.ts': 'what stands in place of parts, for its hash alone',
  'usecases/removal/places/read-contents.ts': 'what is going to be removed, for the quarantine alone',
  'usecases/removal/copies/clean-of.ts': 'what a digest of this clone finds again, to look for it alone',
  'usecases/removal/rewrite/masked-copies.ts': 'what was masked, for the copy in a work tree',
  'usecases/removal/rewrite/former-ids.ts': 'files of sets, for ids of commits in them alone',
  'usecases/removal/texts/held-sidecars.ts': 'sidecars of states, to be removed',
  'usecases/removal/texts/set-sidecars.ts': 'sidecars of requests, reviews and tombstones, to be removed',
  'usecases/attribution/imports/foreign-records.ts': 'notes of other tools, for what they claim alone',
  'usecases/secrets/scan-contents.ts':
    'what a capture brings and what stood there before, scanned for secrets alone',
  'git/diff/diff-index.ts': 'ids and paths of what an index has',
  'git/hooks/git-hooks.ts': 'hands the reader on to what is staged',
  'git/hooks/staged.ts': 'ids and paths of what is staged',
  'git/plain/compare-trees.ts': 'trees, for what differs',
  'git/hooks/travelling.ts': 'ids of what a push takes along',
  'usecases/signed-sets/set-files.ts': 'records of requests, reviews, imports and tombstones',
  'usecases/remotes/fallback-transport.ts': 'the names that a branch of a remote keeps',
  'usecases/server/lines/pushed-logs.ts': 'commits of segments, for their parents',
  'usecases/restore/restore-files.ts': 'what stands in a work tree beside what is put there, compared alone',
  'usecases/states/brought/left-out.ts': 'a commit, for its tree',
  'usecases/states/brought/parted-at.ts': 'commits, for their parents and dates',
  'usecases/states/carrier-trees.ts': 'ids of trees',
  'usecases/states/find-commit.ts': 'carriers, for their headers',
  'usecases/states/list-carriers.ts': 'carriers, and state.json of each',
  'usecases/states/first-state.ts': 'what the first state of a thread says of itself',
  'usecases/states/read-first-states.ts': 'what a state says of itself, in its own file',
  'usecases/states/read-state.ts': 'the files of a carrier beside its manifest and files',
  'usecases/segments/moved-logs.ts': 'checkpoints of published logs',
  'ports/boundary/transport.ts': 'the port of what waits outside the store',
  'git/transport/clone.ts': 'a clone of branches, as git makes it',
  'git/transport/git-transport.ts': 'tips of what was fetched; ids of what would leave',
  'git/aside/copy-objects.ts': 'what was fetched or set aside, into the store',
  'usecases/segments/read-heads.ts': 'commits and checkpoints of published logs',
  'usecases/segments/read-segment.ts': 'lines and sidecars of published logs',
  'usecases/segments/read-verified.ts': 'token chains beside the lines of published logs',
  'usecases/tombstones/decision/covered-places.ts': 'lists of a manifest',
  'usecases/landing/pending/unresolved.ts': 'files that were in conflict, for the markers in them alone',
  'usecases/landing/logged/verify-landing.ts': 'commits, for their parents and trailers',
  'usecases/blame/straight/copies.ts':
    'files of commits, for whether lines may be from there, and no line leaves it',
  'usecases/verify/range/lost-lines.ts': 'files of commits, for which lines went, and no line leaves it',
  'usecases/verify/states/verify-manifest.ts': 'contents, for their hashes alone',
  'git/read-only/evidence-objects.ts':
    'what judges read, into an evidence: of files nothing but what stands in them now, where contents were asked for',
  'ports/boundary/evidence.ts': 'declares what can be asked',
  'ports/worktree/worktrees.ts': 'declares what can be asked',
  'ports/objects.ts': 'declares what can be asked',
  'ports/workspace.ts': 'declares what can be asked',
  'git/diff/compare.ts': 'answers the port: ids, and patches of what it is given',
  'git/objects/cat-file.ts': 'answers the port',
  'git/objects/list-files.ts': 'paths and ids below a tree',
  'git/objects/object-reader.ts': 'answers the port',
  'git/plain/named-objects.ts': 'answers the port',
  'git/plain/plain-reader.ts': 'answers the port',
  'git/blame/edits.ts': 'lines of files, to be compared alone: where they came in is told by numbers',
  'git/blame/history.ts': 'ids of commits and their trees',
  'git/blame/line-tracer.ts': 'ids and numbers of lines',
  'git/contents/conversions.ts': 'bytes that go into a work tree, through its filters',
  'git/erase/eraser.ts': 'names its steps, one of them `stash`',
  'git/erase/reach/operations.ts': 'whether an index differs, told by the exit code',
  'git/erase/reach/reachable.ts': 'ids of what must stay',
  'git/erase/steps/stash-commit.ts': 'commits that are made again without the removed content',
  'git/erase/store/new-pack.ts': 'packs without the removed content',
  'git/erase/survey/holders.ts': 'refs and ids of commits that hold what is looked for',
  'git/find/find-history.ts': 'ids, commits and paths that hold what somebody looks for',
  'git/find/find-objects.ts': 'the same; names are masked before they are shown',
  'git/erase/store/each-blob.ts': 'ids of what is stored, no content',
  'git/server/incoming.ts': 'ids and kinds of what a push brought, no content',
  'git/rewrite/history.ts': 'ids of commits and paths by which removed content came into history',
  'git/rewrite/masked-files.ts': 'entries of indexes that hold a part, to be masked',
  'git/rewrite/notes.ts': 'trees of notes that are made again under other names',
  'git/rewrite/rewritten-history.ts': 'commits and tags that are made again without the removed content',
  'git/rewrite/trees.ts': 'trees that are made again without the removed content',
  'git/erase/survey/similar.ts': 'ids and paths; what is compared goes nowhere',
  'git/landing/index-look.ts':
    'a branch that is checked out already; a landing refuses removed content before',
  'git/landing/git-landing.ts': 'how many commits there are between two',
  'git/worktree/left-overs.ts': 'names of files',
  'git/worktree/changed-files.ts': 'paths and ids of what changed',
  'git/worktree/faithfulness.ts': 'what was just captured, checked out into a private directory and compared',
  'git/worktree/head-commits.ts': 'ids, parents and author lines of commits',
  'git/worktree/index/private-index.ts': 'an index, no files',
  'git/worktree/worktree.ts': 'answers the port: brings files from one tree that it is given to another',
  'git/worktree/worktrees.ts': 'answers the port: fills a worktree with the tree that it is given',
};

/** Answers the same ports without a git; nothing in it prints. */
const PURE = 'git/pure/';

function reachesContent(text: string, file = 'git/planted.ts'): boolean {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return (file.startsWith('git/') && COMMANDS.test(code)) || CALLS.some((call) => call.test(code));
}

function readSource(file: string): string {
  return readFileSync(join(SOURCE, file), 'utf8');
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));

describe('content', () => {
  it('is reached by a closed list of files', () => {
    expect(files.length).toBeGreaterThan(250);
    const found = files.filter((file) => !file.startsWith(PURE) && reachesContent(readSource(file), file));
    expect(found.toSorted()).toEqual(Object.keys(KNOWN).toSorted());
  });

  it('is printed and checked out in one place each', () => {
    const users = (call: RegExp): readonly string[] =>
      files.filter((file) => file.startsWith('usecases/') && call.test(readSource(file)));
    expect(users(/comparer\s*\.\s*patch/)).toEqual(['usecases/content/read-patch.ts']);
    expect(users(/\.\s*materialise\s*\(/)).toEqual(['usecases/content/materialise.ts']);
  });

  it('is not reached by any file of the command line', () => {
    const above = files.filter((file) => /^(?:cli|commands)\//.test(file));
    expect(above.length).toBeGreaterThan(40);
    for (const file of above) expect(reachesContent(readSource(file), file), file).toBe(false);
  });

  it.each([
    'await workspace.objects.read(`${commit}:files/a`, 100)',
    'const { objects } = workspace; return objects.readMany(names, 100)',
    'await this.#workspace.objects.streamBlobs(ids, sink)',
    'const { readMany } = workspace.objects;',
    'const read = workspace.objects.read.bind(workspace.objects)',
    'const { streamBlobs: pieces } = objects;',
    'function leak(reader: ObjectReader): void {}',
    'await workspace.comparer.patch(a, b, options)',
    'const { comparer } = workspace;\nawait comparer\n  .patch(a, b, options)',
    'await workspace.worktrees.materialise(places, tree)',
    "await runner.run({ args: ['cat-file', '-p', id] })",
    "await runner.run({\n  args: [\n    'show',\n    id,\n  ],\n})",
    "runner.converse(['log', '-p'])",
  ])('would be seen in %s', (code) => {
    expect(reachesContent(code)).toBe(true);
  });

  it('is not seen where only ids are asked for, or where it is talked of', () => {
    expect(reachesContent('await workspace.objects.readTree(tree)')).toBe(false);
    expect(reachesContent('/* as `git show` does */\n// objects.read(x)')).toBe(false);
    expect(reachesContent("await runner.run({ args: ['rev-parse', 'HEAD'] })")).toBe(false);
  });

  it('has a reason for each file', () => {
    for (const [file, why] of Object.entries(KNOWN)) expect(why.length, file).toBeGreaterThan(9);
  });
});
