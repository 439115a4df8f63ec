/**
 * What a grant, a scope or a request is about: `namespace/…/repo`, optionally `@thread`, optionally
 * `:path`. Segments are unescaped; matching is by whole segments.
 */
export interface Resource {
  /** Namespace and repository; at least one segment. */
  readonly repository: readonly string[];
  /** Empty: every thread. */
  readonly thread: readonly string[];
  /** Empty: every path. Bytes that are not UTF-8 are kept percent-escaped. */
  readonly path: readonly string[];
}
