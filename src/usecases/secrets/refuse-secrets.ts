import type { AuthorityView } from '#domain/authority/authority.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { secretLine } from '#domain/secrets/found-secret.ts';
import { exceptionText } from '#domain/secrets/secret-exception.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { describeSecret, scanChanges, scanTexts, type SecretHit } from './scan-contents.ts';

/** What is about to be kept or to leave, and where that is. */
export interface Incoming {
  /** Formatted resource whose policies count: a thread, a branch, or the repository. */
  readonly resource: string;
  /** What differs from each of the parents. */
  readonly changes: readonly (readonly TreeChange[])[];
  /** What people or agents wrote, by what it is called. */
  readonly texts: Readonly<Record<string, string | null>>;
  /** What to do about a secret in a file, where that is not what it is for a capture. */
  readonly wayOut?: string;
}

/** What it needs of a workspace. */
type Refusing = Pick<
  Workspace,
  'objects' | 'secretScanner' | 'suspectsSecret' | 'secretExceptions' | 'knownReplica' | 'clock'
>;

/** No more are named; all are counted. */
const MOST_NAMED = 20;

/**
 * Refuses what looks like a secret, as far as the policies ask for it. Returns what is only told: hits where a policy
 * warns, and files that were not looked through to their end. Throws `SECRET_FOUND`. Values are in none of them.
 */
export async function refuseSecrets(
  workspace: Refusing,
  view: Pick<AuthorityView, 'repository' | 'policies'>,
  { resource, changes, texts, wayOut = WAY_OUT }: Incoming,
): Promise<readonly string[]> {
  const rule = effectivePolicy(view, resource).secrets ?? 'refuse';
  if (rule === 'off') return [];
  const { hits, partly } = await scanChanges(workspace, changes);
  const said = await scanTexts(workspace, texts);
  const found = [...said, ...(await withoutExceptions(workspace, hits))];
  if (found.length > 0 && rule === 'refuse') {
    throw secretRefusal(found, found.length > said.length ? wayOut : 'say it without the secret');
  }
  return [
    ...found.slice(0, MOST_NAMED).map((hit) => `looks like a secret: ${lineOf(hit)}`),
    ...(found.length > MOST_NAMED ? [`${found.length - MOST_NAMED} more look like secrets`] : []),
    ...partly.map((path) => `${path} is too large to be looked through for secrets to its end`),
  ];
}

/** What this home was told to let pass, and whose time is not over. Nothing is read where nothing was found. */
async function withoutExceptions(
  { secretExceptions, knownReplica, clock }: Pick<Refusing, 'secretExceptions' | 'knownReplica' | 'clock'>,
  hits: readonly SecretHit[],
): Promise<readonly SecretHit[]> {
  if (hits.length === 0) return hits;
  const [exceptions, known] = [await secretExceptions.read(), await knownReplica()];
  if (known === undefined || exceptions.length === 0) return hits;
  const now = instantMilliseconds(clock.now());
  const standing = new Set(
    exceptions.filter(({ until }) => instantMilliseconds(until) > now).map(({ digest }) => digest),
  );
  return hits.filter(({ rule, where: path, value }) => {
    return !standing.has(known.keyed('secret', utf8(exceptionText({ rule, path, value }))));
  });
}

function lineOf(hit: SecretHit): string {
  return secretLine(describeSecret(hit));
}

const WAY_OUT =
  'take it out of the file, or leave the file out with .gitignore; where it is none, or has to stay, a person lets it pass: `heddle secrets allow PATH --until DATE --reason WHY`';

/** `SECRET_FOUND`, with the places; values are in none of them. */
function secretRefusal(found: readonly SecretHit[], advice: string): HeddleError {
  const lines = found.map(lineOf);
  const [only = ''] = lines;
  const message =
    lines.length === 1 ? `this looks like a secret: ${only}` : `${lines.length} places look like secrets`;
  return new HeddleError('SECRET_FOUND', message, {
    facts: { secrets: lines.slice(0, MOST_NAMED), advice },
    preserved: 'nothing was recorded',
  });
}
