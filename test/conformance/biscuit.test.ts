import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawEd25519 } from '#crypto/ed25519.ts';
import { formatHex, parseHex } from '#domain/encoding/bytes.ts';
import {
  openWholeEngine,
  SAMPLE_LIMITS,
  type EngineToken,
  type WholeEngine,
} from '../support/tokens/biscuit-engine.ts';
import { readLoosely, verifyLoosely } from '../support/tokens/loose-biscuit.ts';
import { TOKENS } from '../support/tokens.ts';

/** Vectors of biscuit-auth/biscuit-rust, `samples/`; see CONTRIBUTING for where they are looked for. */
const DATA =
  process.env['HEDDLE_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const DIRECTORY = `${DATA}/biscuit`;
const present = existsSync(`${DIRECTORY}/samples.json`);
const title = present ? 'the public samples' : `the public samples (skipped: no vectors in ${DIRECTORY})`;

interface Validation {
  readonly authorizer_code: string;
  readonly revocation_ids: readonly string[];
  readonly result: { readonly Ok?: number; readonly Err?: Readonly<Record<string, unknown>> };
}
interface Sample {
  readonly filename: string;
  readonly token: readonly { readonly external_key: string | null }[];
  readonly validations: Readonly<Record<string, Validation>>;
}
interface Samples {
  readonly root_public_key: string;
  readonly testcases: readonly Sample[];
}

/** Its blocks call a function that the host must register, which the binding cannot do. */
const NEEDS_HOST_FUNCTION = 'test035_ffi.bc';
/** Tokens whose signatures, or whose shape, are broken on purpose. */
const BROKEN = new Set([
  'test002_different_root_key.bc',
  'test003_invalid_signature_format.bc',
  'test004_random_block.bc',
  'test005_invalid_signature.bc',
  'test006_reordered_blocks.bc',
]);

describe.skipIf(!present)(title, () => {
  let engine: WholeEngine;
  let samples: Samples;

  beforeAll(async () => {
    engine = await openWholeEngine();
    samples = JSON.parse(readFileSync(`${DIRECTORY}/samples.json`, 'utf8')) as Samples;
  });

  const bytesOf = (sample: Sample): Uint8Array => readFileSync(`${DIRECTORY}/${sample.filename}`);

  it('are validated by the engine as its specification says, but for the one that needs the host', () => {
    const wrong: string[] = [];
    let right = 0;
    for (const sample of samples.testcases) {
      for (const [name, validation] of Object.entries(sample.validations)) {
        const got = validate(engine, samples.root_public_key, bytesOf(sample), validation.authorizer_code);
        if (got === expected(validation)) right += 1;
        else wrong.push(`${sample.filename} ${name}: ${got} for ${expected(validation)}`);
      }
    }
    expect(samples.testcases.length).toBe(38);
    expect(right).toBe(49);
    expect(wrong.map((line) => line.split(' ')[0])).toEqual([NEEDS_HOST_FUNCTION]);
  });

  it('have the revocation ids that a container reader finds', () => {
    let compared = 0;
    for (const sample of samples.testcases) {
      for (const validation of Object.values(sample.validations)) {
        const ids = readLoosely(bytesOf(sample)).blocks.map((block) => formatHex(block.signature));
        if (validation.revocation_ids.length === 0) continue;
        expect(ids, sample.filename).toEqual(validation.revocation_ids);
        compared += 1;
      }
    }
    expect(compared).toBe(45);
  });

  it('are verified on node:crypto alone with the payloads that heddle signs', () => {
    const root = parseHex(samples.root_public_key) ?? new Uint8Array();
    const verdicts = samples.testcases.map(
      (sample) => [sample.filename, verifyLoosely(readLoosely(bytesOf(sample)), root, rawEd25519)] as const,
    );
    const refused = verdicts.filter(([, verdict]) => verdict.kind === 'bad').map(([name]) => name);
    expect(refused.toSorted()).toEqual([...BROKEN].toSorted());
    const unsupported = verdicts.filter(([, verdict]) => verdict.kind === 'secp256r1').map(([name]) => name);
    expect(unsupported).toEqual(['test036_secp256r1.bc', 'test037_secp256r1_third_party.bc']);
    const versions = verdicts.flatMap(([, verdict]) => (verdict.kind === 'good' ? verdict.versions : []));
    expect(versions.filter((version) => version === 1).length).toBeGreaterThanOrEqual(10);
    expect(versions.filter((version) => version === 0).length).toBeGreaterThanOrEqual(30);
  });

  it('are all refused by the strict reader: none is a token of heddle', () => {
    for (const sample of samples.testcases) {
      const credential = TOKENS.read(bytesOf(sample), [samples.root_public_key]);
      expect(credential, sample.filename).toMatchObject({ kind: 'unreadable', code: 'CREDENTIAL_MALFORMED' });
      expect(TOKENS.inspect(bytesOf(sample)).kind, sample.filename).toBe('unreadable');
    }
  });
});

/** `allow N`, or the names of what went wrong, outermost first, with every failed check. */
function expected({ result }: Validation): string {
  return result.Ok === undefined ? errorText(result.Err) : `allow ${result.Ok}`;
}

function validate(engine: WholeEngine, root: string, bytes: Uint8Array, code: string): string {
  let token: EngineToken | undefined;
  try {
    token = engine.Biscuit.fromBytes(bytes, engine.PublicKey.fromString(root, 0));
    const builder = new engine.AuthorizerBuilder();
    builder.addCode(code);
    return `allow ${builder.buildAuthenticated(token).authorizeWithLimits(SAMPLE_LIMITS)}`;
  } catch (error: unknown) {
    return errorText(error);
  } finally {
    token?.free();
  }
}

function errorText(error: unknown): string {
  return JSON.stringify(error);
}
