import type { AuthorityBody, AuthorityRecord } from './authority.ts';
import { parseResource } from '#domain/resource/resource.ts';

type GenesisBody = Extract<AuthorityBody, { readonly kind: 'genesis' }>;

/** What is wrong with the first record of a chain, its signature aside; undefined where it is a genesis. */
export function genesisProblem(record: AuthorityRecord): string | undefined {
  const { body } = record;
  if (body.kind !== 'genesis') return 'the chain does not begin with a genesis';
  if (record.repo !== null || record.seq !== 0 || record.prev.length > 0 || record.chain !== null) {
    return 'a genesis has nothing before it';
  }
  const { thread, path } = parseResource(body.resource);
  if (thread.length > 0 || path.length > 0) return 'its resource is not a repository';
  return ownersProblem(record, body);
}

function ownersProblem(record: AuthorityRecord, body: GenesisBody): string | undefined {
  const first = body.owners[0];
  if (first?.principal !== record.by || first.record !== record.holder) {
    return "it is not signed by its first owner's record key";
  }
  const names = body.owners.map((owner) => owner.principal);
  const keys = body.owners.flatMap((owner) => [owner.root, owner.record]);
  if (new Set(names).size !== names.length) return 'it names an owner twice';
  return new Set(keys).size === keys.length ? undefined : 'it names a key twice';
}

/** The body of a record that {@link genesisProblem} found nothing wrong with. */
export function genesisBody(record: AuthorityRecord): GenesisBody {
  if (record.body.kind !== 'genesis') throw new Error('invariant: a view begins with a genesis');
  return record.body;
}
