import type { PolicyRules } from './policy.ts';

/*
 * place   scheme://host[:port][/segment…] with http, https or ssh, or /[segment/…] for a directory of this machine
 *
 * One way to write each: letters of scheme and host small, the usual port left out, no user, no slash at the end, and
 * no `.git` behind the last segment. `user@host:path` is ssh://host/path, file:///path is /path.
 */

const USUAL_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ssh: '22' };
const ADDRESS = /^([A-Za-z]+):\/\/([^/\\]*)(\/.*)?$/;
const SHORT_SSH = /^(?:[^@:/\\\s]+@)?([^@:/\\\s]+):(?!:|\/\/)(.+)$/;
const HOST = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The one way to write where an address of a remote leads; undefined where it cannot be told for sure: a relative path,
 * `..`, an empty segment, an escape, a query, another scheme. Who logs in there is no part of it.
 */
export function remotePlace(address: string): string | undefined {
  if (address.length > 4096 || CONTROL.test(address)) return undefined;
  if (address.startsWith('/')) return localPlace(address);
  const [, scheme, authority, path = ''] = ADDRESS.exec(address) ?? [];
  if (scheme !== undefined && authority !== undefined)
    return namedPlace(scheme.toLowerCase(), authority, path);
  const [, host, below] = SHORT_SSH.exec(address) ?? [];
  if (host === undefined || below === undefined) return undefined;
  return namedPlace('ssh', host, below.startsWith('/') ? below : `/${below}`);
}

/** Tells whether text may stand among a policy's remotes: it is written the one way. */
export function isRemotePattern(text: string): boolean {
  return remotePlace(text) === text;
}

/**
 * Tells whether something may be pushed to an address: no rule speaks of remotes, or one of the places it names is the
 * address or above it, by whole segments. Where an address leads has to be sure, else it is not allowed.
 *
 * @param address as git uses it, after whatever its configuration puts in place of it.
 */
export function remoteAllowed({ remotes }: Pick<PolicyRules, 'remotes'>, address: string): boolean {
  if (remotes === null) return true;
  const place = remotePlace(address);
  return place !== undefined && remotes.some((pattern) => isWithin(place, pattern));
}

/** What two lists both allow: of two places one within the other, the narrower. */
export function inBothRemotes(a: readonly string[], b: readonly string[]): readonly string[] {
  const both = [
    ...a.filter((place) => b.some((other) => isWithin(place, other))),
    ...b.filter((place) => a.some((other) => isWithin(place, other))),
  ];
  return [...new Set(both)].toSorted();
}

function isWithin(place: string, pattern: string): boolean {
  return place === pattern || place.startsWith(pattern === '/' ? pattern : `${pattern}/`);
}

function localPlace(path: string): string | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.some(isStep) ? undefined : `/${withoutSuffix(segments).join('/')}`;
}

function namedPlace(scheme: string, authority: string, path: string): string | undefined {
  if (scheme === 'file') return authority === '' || authority === 'localhost' ? localPlace(path) : undefined;
  const host = hostPlace(scheme, authority);
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  const below = segments.length === 1 && segments[0] === '' ? [] : segments;
  if (host === undefined || /[%?#\\]/.test(path)) return undefined;
  if (below.some((segment) => segment === '' || isStep(segment))) return undefined;
  return [`${scheme}://${host}`, ...withoutSuffix(below)].join('/');
}

function hostPlace(scheme: string, authority: string): string | undefined {
  const usual = USUAL_PORTS[scheme];
  const [, host, port] = HOST.exec(authority.replace(/^[^@]*@/, '')) ?? [];
  if (usual === undefined || host === undefined) return undefined;
  const number = port === undefined ? usual : String(Number(port));
  return `${host.toLowerCase()}${number === usual ? '' : `:${number}`}`;
}

function isStep(segment: string): boolean {
  return segment === '.' || segment === '..';
}

function withoutSuffix(segments: readonly string[]): readonly string[] {
  return segments.map((segment, index) =>
    index === segments.length - 1 && segment !== '.git' ? segment.replace(/\.git$/, '') : segment,
  );
}
