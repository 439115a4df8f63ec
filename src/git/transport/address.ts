import { PROTOCOLS } from './network.ts';

/** `host:path`, as ssh takes it; a colon behind a slash, or one letter before it, is a path. */
const SHORT_SSH = /^(?![^:]*\/)(?:[^@:\s]+@)?[A-Za-z0-9][A-Za-z0-9.-]+:(?!:|\/\/).+/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
// eslint-disable-next-line no-control-regex
const UNFIT = /[\u0000-\u001f\u007f]/;

/**
 * Tells whether an address is one that heddle follows: a path, or ssh, http(s) or file. `name::…` starts a program, and
 * one that begins with a dash could be taken for an option.
 */
export function isFollowed(address: string): boolean {
  if (address === '' || address.length > 4096 || UNFIT.test(address) || address.startsWith('-')) return false;
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined) return (PROTOCOLS as readonly string[]).includes(scheme);
  return SHORT_SSH.test(address) || !/^[^/]*::/.test(address);
}

/** Tells whether an address holds a password: `scheme://user:password@host`. */
export function namesPassword(address: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/@]*:[^/]*@/.test(address);
}

/** The directory that a clone of it is called, as with git; undefined where none follows. */
export function nameOfClone(address: string): string | undefined {
  const path = address
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
    .replace(/\/?\.git$/, '');
  const name = /[^/:]+$/.exec(path)?.[0];
  return name === undefined || name === '.' || name === '..' || name.startsWith('-') ? undefined : name;
}
