import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { DatalogBlock, Predicate, Query, Term } from './datalog.ts';
import { TOKEN_LIMITS } from './limits.ts';
import { Message, writeMessage, type MessageShape } from './message.ts';
import { malformed } from './refusal.ts';
import type { SymbolTable } from './symbols.ts';

/*
 * A block's contents (Biscuit specification, version 3, schema.proto), of which heddle uses:
 *
 *   Block      1 symbols … · 3 version · 4 facts … · 6 checks …   (never 2 context, 5 rules, 7 scopes, 8 keys)
 *   Fact       1 predicate
 *   Check      1 queries …                                        (never 2 kind: `check if` alone)
 *   Query      1 head `query()` · 2 body · 3 expression           (never 4 scopes)
 *   Predicate  1 name · 2 terms …                                (one term, or bytes and one term)
 *   Term       1 variable · 2 integer · 3 string · 4 date · 5 bytes
 *   Expression 1 operations: the variable, the bound, `<=`
 *   Operation  1 value · 3 binary {1 kind}
 */

const HEAD = 'query';
const LESS_OR_EQUAL = 2;
const QUERY_SHAPE: MessageShape = { 1: 'bytes', 2: 'bytes', 3: 'bytes' };

/** The version that the engine gives blocks of this content. */
const DATALOG_VERSION = { 'first-party': 3, 'third-party': 5 } as const;
export type BlockParty = keyof typeof DATALOG_VERSION;

/** Encodes a block; its new texts join `symbols`. */
export function encodeBlock(block: DatalogBlock, party: BlockParty, symbols: SymbolTable): Uint8Array {
  const before = symbols.size;
  const facts = block.facts.map((fact) => writeMessage([[1, encodePredicate(fact, symbols)]]));
  const checks = block.checks.map((queries) =>
    writeMessage(queries.map((query) => [1, encodeQuery(query, symbols)] as const)),
  );
  return writeMessage([
    ...symbols.since(before).map((text) => [1, utf8(text)] as const),
    [3, DATALOG_VERSION[party]],
    ...facts.map((fact) => [4, fact] as const),
    ...checks.map((check) => [6, check] as const),
  ]);
}

/** Decodes a block; its texts join `symbols`. Throws `TokenRefusal` for anything that heddle does not write. */
export function decodeBlock(bytes: Uint8Array, party: BlockParty, symbols: SymbolTable): DatalogBlock {
  const message = new Message(bytes, { 1: 'bytess', 3: 'number', 4: 'bytess', 6: 'bytess' }, 'a block');
  if (message.number(3) !== DATALOG_VERSION[party]) throw malformed('a block has an unknown version');
  for (const symbol of message.list(1)) addSymbol(symbol, symbols);
  if (message.list(6).length > TOKEN_LIMITS.checks) throw malformed('a block has more than 64 checks');
  return {
    facts: message.list(4).map((fact) => decodeFact(fact, symbols)),
    checks: message.list(6).map((check) => decodeCheck(check, symbols)),
  };
}

function addSymbol(bytes: Uint8Array, symbols: SymbolTable): void {
  if (bytes.length > TOKEN_LIMITS.stringBytes) throw malformed('a text is longer than 1 KiB');
  const text = decodeUtf8(bytes);
  if (text === undefined) throw malformed('a text is not UTF-8');
  const before = symbols.size;
  symbols.insert(text);
  if (symbols.size === before) throw malformed('a block lists a symbol twice');
}

function decodeFact(bytes: Uint8Array, symbols: SymbolTable): Predicate {
  return decodePredicate(new Message(bytes, { 1: 'bytes' }, 'a fact').bytes(1), symbols);
}

function decodeCheck(bytes: Uint8Array, symbols: SymbolTable): readonly Query[] {
  const queries = new Message(bytes, { 1: 'bytess' }, 'a check').list(1);
  if (queries.length === 0 || queries.length > TOKEN_LIMITS.alternatives) {
    throw malformed('a check has no alternative, or more than 64');
  }
  return queries.map((query) => decodeQuery(query, symbols));
}

function decodeQuery(bytes: Uint8Array, symbols: SymbolTable): Query {
  const message = new Message(bytes, QUERY_SHAPE, 'a query');
  const head = new Message(message.bytes(1), { 1: 'number' }, 'the head of a query');
  if (symbols.text(head.number(1)) !== HEAD) throw malformed('a query has an unknown head');
  const predicate = decodePredicate(message.bytes(2), symbols);
  const expression = message.optionalBytes(3);
  return { predicate, atMost: expression === undefined ? null : decodeBound(expression, predicate, symbols) };
}

function encodeQuery(query: Query, symbols: SymbolTable): Uint8Array {
  return writeMessage([
    [1, writeMessage([[1, symbols.insert(HEAD)]])],
    [2, encodePredicate(query.predicate, symbols)],
    [3, query.atMost === null ? undefined : encodeBound(query.predicate.term, query.atMost, symbols)],
  ]);
}

function decodeBound(bytes: Uint8Array, { term }: Predicate, symbols: SymbolTable): Term {
  const [variable, bound, comparison, ...more] = new Message(bytes, { 1: 'bytess' }, 'an expression').list(1);
  if (variable === undefined || bound === undefined || comparison === undefined || more.length > 0) {
    throw malformed('an expression is not one comparison');
  }
  const left = decodeOperand(variable, symbols);
  const same = left.kind === 'variable' && term.kind === 'variable' && left.name === term.name;
  if (!same || decodeComparison(comparison) !== LESS_OR_EQUAL)
    throw malformed('an expression is not $x <= bound');
  return decodeOperand(bound, symbols);
}

function encodeBound(variable: Term, bound: Term, symbols: SymbolTable): Uint8Array {
  return writeMessage([
    [1, writeMessage([[1, encodeTerm(variable, symbols)]])],
    [1, writeMessage([[1, encodeTerm(bound, symbols)]])],
    [1, writeMessage([[3, writeMessage([[1, LESS_OR_EQUAL]])]])],
  ]);
}

function decodeOperand(bytes: Uint8Array, symbols: SymbolTable): Term {
  return decodeTerm(new Message(bytes, { 1: 'bytes' }, 'an operand').bytes(1), symbols);
}

function decodeComparison(bytes: Uint8Array): number {
  const operation = new Message(bytes, { 3: 'bytes' }, 'an operation');
  return new Message(operation.bytes(3), { 1: 'number' }, 'an operation').number(1);
}

function decodePredicate(bytes: Uint8Array, symbols: SymbolTable): Predicate {
  const message = new Message(bytes, { 1: 'number', 2: 'bytess' }, 'a predicate');
  const name = symbols.text(message.number(1));
  const [first, second, ...more] = message.list(2).map((term) => decodeTerm(term, symbols));
  if (first === undefined || more.length > 0) throw malformed('a predicate has no term, or more than two');
  if (second === undefined) return { name, term: first };
  if (first.kind !== 'bytes') throw malformed('a predicate of two terms does not begin with a key');
  return { name, key: first.bytes, term: second };
}

function encodePredicate(predicate: Predicate, symbols: SymbolTable): Uint8Array {
  const name = symbols.insert(predicate.name);
  const { key, term } = predicate;
  return writeMessage([
    [1, name],
    [2, key === undefined ? undefined : encodeTerm({ kind: 'bytes', bytes: key }, symbols)],
    [2, encodeTerm(term, symbols)],
  ]);
}

function decodeTerm(bytes: Uint8Array, symbols: SymbolTable): Term {
  const shape = { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: 'bytes' } as const;
  const message = new Message(bytes, shape, 'a term');
  const [variable, integer, text, date] = [1, 2, 3, 4].map((field) => message.optionalNumber(field));
  const raw = message.optionalBytes(5);
  // A second value in one term would be lost here; the comparison after encoding again sees it.
  if (variable !== undefined) return { kind: 'variable', name: symbols.text(variable) };
  if (integer !== undefined) return { kind: 'integer', value: integer };
  if (text !== undefined) return { kind: 'string', text: symbols.text(text) };
  if (date !== undefined) return { kind: 'date', seconds: date };
  if (raw !== undefined) return { kind: 'bytes', bytes: raw };
  throw malformed('a term has no value');
}

function encodeTerm(term: Term, symbols: SymbolTable): Uint8Array {
  switch (term.kind) {
    case 'variable':
      return writeMessage([[1, symbols.insert(term.name)]]);
    case 'integer':
      return writeMessage([[2, term.value]]);
    case 'string':
      return writeMessage([[3, symbols.insert(term.text)]]);
    case 'date':
      return writeMessage([[4, term.seconds]]);
    case 'bytes':
      return writeMessage([[5, term.bytes]]);
  }
}
