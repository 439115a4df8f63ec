import { utf8 } from '#domain/encoding/bytes.ts';
import { createCredentialStore } from '#crypto/credential-store.ts';
import {
  buildGenesis,
  buildGrant,
  buildBreakGlass,
  buildGuardPolicy,
  buildLandingPolicy,
  buildMerge,
  buildPolicy,
  replicaId,
} from './authority-examples.ts';
import { checkpointExample } from './checkpoint-example.ts';
import { claimExample } from './claim-example.ts';
import { table, textBytes, type Example } from './example-text.ts';
import { at, KEYS, OWNER } from './fixed-world.ts';
import { evidenceExample } from './evidence-example.ts';
import { fallbackExample } from './fallback-example.ts';
import { importExample } from './import-example.ts';
import { exampleLines, operationExample } from './operation-example.ts';
import { purgedListExample, removalExamples } from './removal-examples.ts';
import { requestExamples } from './request-examples.ts';
import { reviewExample } from './review-example.ts';
import { buildManifest, buildState } from './state-examples.ts';
import { buildTokens, chainExample, datalogExample } from './token-example.ts';

/** Every example of `docs/FORMATS.md`, made by the real codecs from fixed keys, times and salts. */
export function buildExamples(): ReadonlyMap<string, Example> {
  const genesis = buildGenesis();
  const repo = genesis.id;
  const tokens = buildTokens(repo);
  const grant = buildGrant(repo, tokens.session);
  const policy = grant.id;
  const manifest = buildManifest();
  const state = buildState({ repo, policy, tree: manifest.tree, chain: tokens.agent });
  return new Map<string, Example>([
    ['keys', keysExample()],
    ['manifest-list', manifest.example],
    ['purged-list', purgedListExample()],
    ['state', state.example],
    ['attestation', state.attestation],
    ['log-line', operationExample({ repo, policy, state: state.id, chain: tokens.agent })],
    ['checkpoint', checkpointExample(exampleLines({ repo, policy, state: state.id, chain: tokens.agent }))],
    ['claim', claimExample()],
    ['genesis', genesis.example],
    ['grant', grant.example],
    ['policy', buildPolicy({ genesis: repo, grant: grant.id, session: tokens.session }).example],
    [
      'landing-policy',
      buildLandingPolicy({ genesis: repo, grant: grant.id, session: tokens.session }).example,
    ],
    ['guard-policy', buildGuardPolicy({ genesis: repo, grant: grant.id, session: tokens.session }).example],
    ['break-glass', buildBreakGlass({ genesis: repo, grant: grant.id, session: tokens.session }).example],
    ['merge', buildMerge({ genesis: repo, grant: grant.id, session: tokens.session }).example],
    ['datalog', datalogExample(tokens)],
    ['chain', chainExample(tokens)],
    ['credential', credentialExample(tokens.agentToken)],
    ...requestExamples({ repo, policy, agent: tokens.agent, session: tokens.session }),
    ['fallback-refs', fallbackExample()],
    ['evidence', evidenceExample({ repo, state: state.id })],
    ['import', importExample({ repo, policy, session: tokens.session })],
    ['review', reviewExample({ repo, policy, state: state.id, chain: tokens.session })],
    ...removalExamples({ repo, policy, file: manifest.readme, state: state.id, chain: tokens.session }),
  ]);
}

function keysExample(): Example {
  const rows = Object.values(KEYS).map(
    ({ name, seed, publicKey }) => `| ${name} | \`0x${seed}\` | \`${publicKey}\` |`,
  );
  return [
    '| key | each byte of its seed | public key |',
    '|---|---|---|',
    ...rows,
    '',
    ...table([['replica id: hash of kind "replica" of its public key', replicaId()]]),
  ];
}

function credentialExample(token: Uint8Array): Example {
  const text = createCredentialStore('').format({
    token,
    holder: KEYS.agent,
    provenance: { madeAt: at('09:02:00'), madeBy: OWNER },
  });
  return textBytes('`review-worker.hcred`', utf8(text));
}
