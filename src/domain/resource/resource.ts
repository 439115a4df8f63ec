import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';

import { keepingLately } from './kept-answers.ts';
import { parseRepositoryPath, pathProblem } from './repository-path.ts';
import { escapePath, escapeSegment, unescapePath, unescapeSegment } from '#domain/encoding/percent-escape.ts';
import { refSegmentProblem, threadSegmentProblem } from './thread-name.ts';

/**
 * What a grant, a scope or a request is about: `namespace/…/repo`, optionally `@thread`, optionally
 * `:path`. Segments are escaped as in the formatted text (one spelling each, reversible even for bytes that
 * are not UTF-8); matching is by whole segments.
 */
export interface Resource {
  /** Namespace and repository; at least one segment. */
  readonly repository: readonly string[];
  /** Empty: every thread. */
  readonly thread: readonly string[];
  /** Empty: every path. */
  readonly path: readonly string[];
}

/** Escaped paths are up to three times as long as raw ones. */
const MAX_LENGTH = 16_384;
const MAX_REPOSITORY_LENGTH = 512;

/** Parses the one accepted spelling of a resource; throws `RESOURCE_INVALID`. */
export const parseResource = keepingLately(parseAnew);

function parseAnew(text: string): Resource {
  if (text.length > MAX_LENGTH) throw invalid(text, `is longer than ${MAX_LENGTH} characters`);
  const colon = text.indexOf(':');
  const head = colon < 0 ? text : text.slice(0, colon);
  const at = head.indexOf('@');
  const resource = {
    repository: (at < 0 ? head : head.slice(0, at)).split('/'),
    thread: at < 0 ? [] : head.slice(at + 1).split('/'),
    path: colon < 0 ? [] : text.slice(colon + 1).split('/'),
  };
  const problem = resourceProblem(resource);
  if (problem !== undefined) throw invalid(text, problem);
  return resource;
}

/** Formats a resource; `parseResource` gives it back. */
export function formatResource(resource: Resource): string {
  const thread = resource.thread.length > 0 ? `@${resource.thread.join('/')}` : '';
  const path = resource.path.length > 0 ? `:${resource.path.join('/')}` : '';
  return `${resource.repository.join('/')}${thread}${path}`;
}

/** Makes the resource path of a repository from a name as people write it, `acme/core`; throws `RESOURCE_INVALID`. */
export function repositoryResource(name: string): string {
  const escaped = name
    .split('/')
    .map((segment) => escapeSegment(utf8(segment)))
    .join('/');
  return formatResource(parseResource(escaped));
}

/** `<repository>@<thread>`; a Git branch is the thread `heads/<branch>`. Throws `RESOURCE_INVALID`. */
export function threadResource(repository: string, thread: string): string {
  return formatResource(parseResource(`${repository}@${escapePath(utf8(thread))}`));
}

/**
 * `<repository>@<thread>:<path>` for raw path bytes; without a thread where it is null. Throws `PATH_INVALID`,
 * `RESOURCE_INVALID`.
 */
export function pathResource(repository: string, thread: string | null, path: Uint8Array): string {
  const scope = thread === null ? repository : `${repository}@${escapePath(utf8(thread))}`;
  return formatResource(parseResource(`${scope}:${escapePath(parseRepositoryPath(path))}`));
}

/** Tells whether `scope` is `resource` or above it. */
export function coversResource(scope: Resource, resource: Resource): boolean {
  const wholeRepository = scope.thread.length > 0 || scope.path.length > 0;
  if (wholeRepository && scope.repository.length !== resource.repository.length) return false;
  return (
    beginsWith(resource.repository, scope.repository) &&
    beginsWith(resource.thread, scope.thread) &&
    beginsWith(resource.path, scope.path)
  );
}

/** {@link coversResource} on formatted text; throws `RESOURCE_INVALID`. */
export function covers(scope: string, resource: string): boolean {
  return coversResource(parseResource(scope), parseResource(resource));
}

/**
 * The resource itself and everything that covers it, formatted, nearest first: by how many segments of
 * thread and path are left out, then namespaces. Where two are as near, the one with the longer thread is first.
 */
export function ancestors(resource: Resource): readonly string[] {
  const near: { readonly text: string; readonly left: number }[] = [];
  for (let threads = resource.thread.length; threads >= 0; threads -= 1) {
    for (let paths = resource.path.length; paths >= 0; paths -= 1) {
      const thread = resource.thread.slice(0, threads);
      const path = resource.path.slice(0, paths);
      const left = resource.thread.length - threads + resource.path.length - paths;
      near.push({ text: formatResource({ repository: resource.repository, thread, path }), left });
    }
  }
  const namespaces = resource.repository
    .slice(1)
    .map((_, index) => resource.repository.slice(0, resource.repository.length - 1 - index).join('/'));
  return [...near.toSorted((a, b) => a.left - b.left).map(({ text }) => text), ...namespaces];
}

/** {@link ancestors} of formatted text; throws `RESOURCE_INVALID`. */
export const ancestorsOf = keepingLately((text): readonly string[] => ancestors(parseResource(text)));

/** The narrowest resource that covers all of the given ones; undefined where nothing does, or none is given. */
export function commonAncestor(resources: readonly Resource[]): Resource | undefined {
  const first = resources[0];
  if (first === undefined) return undefined;
  const repository = sharedPrefix(resources.map((resource) => resource.repository));
  if (repository.length === 0) return undefined;
  const same = resources.every((resource) => resource.repository.length === repository.length);
  if (!same) return { repository, thread: [], path: [] };
  return {
    repository,
    thread: sharedPrefix(resources.map((resource) => resource.thread)),
    path: sharedPrefix(resources.map((resource) => resource.path)),
  };
}

function beginsWith(segments: readonly string[], start: readonly string[]): boolean {
  return start.length <= segments.length && start.every((segment, index) => segment === segments[index]);
}

function sharedPrefix(lists: readonly (readonly string[])[]): readonly string[] {
  const first = lists[0] ?? [];
  const end = first.findIndex((segment, index) => lists.some((list) => list[index] !== segment));
  return end < 0 ? first : first.slice(0, end);
}

function resourceProblem(resource: Resource): string | undefined {
  return (
    repositoryProblem(resource.repository) ??
    (resource.thread.length > 0 ? threadProblem(resource.thread) : undefined) ??
    (resource.path.length > 0 ? escapedPathProblem(resource.path) : undefined)
  );
}

function repositoryProblem(segments: readonly string[]): string | undefined {
  if (segments.join('/').length > MAX_REPOSITORY_LENGTH) return 'has too long a repository';
  for (const segment of segments) {
    const bytes = unescapeSegment(segment);
    const name = bytes === undefined ? undefined : decodeUtf8(bytes);
    if (name === undefined) return 'has a repository in another spelling than the canonical one';
    if (name === '' || name === '.' || name === '..') return 'has an empty, . or .. segment';
    if (name.startsWith('-')) return 'has a repository segment that begins with a dash';
    if (name.includes('\0')) return 'holds a NUL';
    if (name.normalize('NFC') !== name) return 'is not in Unicode normal form C';
  }
  return undefined;
}

/** Branches are Git's and may hold what threads may not: their segments need only pass Git's rules. */
function threadProblem(segments: readonly string[]): string | undefined {
  const branch = segments[0] === 'heads';
  for (const segment of segments) {
    const bytes = unescapePath(segment);
    if (bytes === undefined) return 'has a thread in another spelling than the canonical one';
    const name = decodeUtf8(bytes);
    if (name === undefined && !branch) return 'has a thread that is not UTF-8';
    const text = name ?? segment.replaceAll('%', '');
    const problem = branch ? refSegmentProblem(text) : threadSegmentProblem(text);
    if (problem !== undefined) return `has a thread that ${problem}`;
  }
  if (segments.length === 1 || branch) return undefined;
  return segments[0]?.toLowerCase() === 'heads' ? 'has a thread that begins with heads' : undefined;
}

function escapedPathProblem(segments: readonly string[]): string | undefined {
  const bytes = unescapePath(segments.join('/'));
  if (bytes === undefined) return 'has a path in another spelling than the canonical one';
  const problem = pathProblem(bytes);
  return problem === undefined ? undefined : `has a path that ${problem}`;
}

function invalid(text: string, problem: string): HeddleError {
  return new HeddleError('RESOURCE_INVALID', `the resource ${text.slice(0, 200)} ${problem}`, {
    facts: { resource: text.slice(0, 1024), problem },
  });
}
