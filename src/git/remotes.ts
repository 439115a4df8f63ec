import type { GitRemote } from '#ports/repository.ts';
import { cleanForeignText } from './foreign-text.ts';
import type { GitRunner } from './run.ts';
import { readLines } from './settings.ts';

const ADDRESSES = String.raw`^remote\..*\.(url|pushurl)$`;
/** What stands behind these in an address may be a token. */
const BEHIND = /[?#].*$/s;
/** A remote helper's address may be a command line of its own. */
const HELPER = /^([a-z0-9]+)::.*$/is;

/** The remotes that are configured, by name, with the addresses that are pushed to. */
export async function listRemotes(runner: GitRunner): Promise<readonly GitRemote[]> {
  const remotes = new Map<string, { readonly url: string[]; readonly pushurl: string[] }>();
  for (const { key, value } of await readLines(runner, ADDRESSES)) {
    const [, name = '', kind] = /^remote\.(.*)\.(url|pushurl)$/s.exec(key) ?? [];
    const addresses = remotes.get(name) ?? { url: [], pushurl: [] };
    addresses[kind === 'pushurl' ? 'pushurl' : 'url'].push(value);
    if (name !== '') remotes.set(name, addresses);
  }
  return [...remotes]
    .map(([name, { url, pushurl }]) => ({ name, url: shown(pushurl.length > 0 ? pushurl : url) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** As it can be shown to anybody. */
function shown(addresses: readonly string[]): string {
  return addresses
    .map((address) => cleanForeignText(Buffer.from(address.replace(HELPER, '$1::…').replace(BEHIND, ''))))
    .join(', ');
}
