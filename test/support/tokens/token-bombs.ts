import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { HolderKey } from '#ports/keys.ts';
import { writeMessage } from '#tokens/wire/message.ts';
import type { WholeEngine } from './biscuit-engine.ts';
import { forgeToken, signBlocks } from './forge-token.ts';
import { readLoosely } from './loose-biscuit.ts';

/** Tokens made to cost whoever reads them time or memory, each soundly signed by `root` where it can be. */
export function tokenBombs(
  engine: WholeEngine,
  root: HolderKey,
  own: string,
): readonly (readonly [name: string, token: Uint8Array])[] {
  const forge = (code: string): Uint8Array => forgeToken(engine, root, [{ code: `${own} ${code}` }]);
  const sound = readLoosely(forge('')).blocks[0]?.block ?? new Uint8Array();
  const block = (...parts: readonly Uint8Array[]): Uint8Array =>
    signBlocks(root, [{ block: concatBytes(sound, ...parts) }]);
  return [
    ['two hundred rules', forge(lines(200, (index) => `a${index}($x) <- a${index + 1}($x);`))],
    [
      'a join of four over sixty facts',
      forge(`${lines(60, (index) => `f(${index});`)} g($a, $b, $c, $d) <- f($a), f($b), f($c), f($d);`),
    ],
    [
      'a check that joins four',
      forge(
        `${lines(60, (index) => `f(${index});`)} check if f($a), f($b), f($c), f($d), $a + $b + $c + $d == -1;`,
      ),
    ],
    [
      'an expression in a hundred parentheses',
      forge(`check if ${'('.repeat(100)}1 + 1${')'.repeat(100)} == 3;`),
    ],
    ['a pattern that backtracks', forge(`check if "${'a'.repeat(500)}".matches("(a+)+$");`)],
    [
      'an expression of four thousand operations',
      block(check(many(4000, () => writeMessage([[1, writeMessage([[2, writeMessage([[1, 0]])]])]])))),
    ],
    ['terms a thousand deep', block(fact(nested(1000, 6)))],
    ['arrays a thousand deep', block(fact(nested(1000, 9)))],
    ['closures a thousand deep', block(check(nested(1000, 4)))],
    ['any field a thousand deep', block(nested(1500, 4))],
    ['seven thousand empty checks', block(many(7000, () => Uint8Array.of(0x32, 0)))],
    ['ten thousand checks', block(many(10_000, () => check(new Uint8Array())))],
    ['seven thousand empty facts', block(many(7000, () => Uint8Array.of(0x22, 0)))],
    ['five thousand symbols', block(many(5000, () => Uint8Array.of(0x0a, 1, 0x61)))],
    [
      'three thousand different symbols',
      block(many(3000, (index) => writeMessage([[1, utf8(index.toString(36))]]))),
    ],
    ['one symbol of fifteen thousand letters', block(writeMessage([[1, utf8('x'.repeat(15_000))]]))],
    ['a symbol of a megabyte', block(writeMessage([[1, utf8('x'.repeat(1_000_000))]]))],
    [
      'five hundred blocks',
      signBlocks(root, [
        { block: sound },
        ...Array.from({ length: 499 }, () => ({ block: check(new Uint8Array()) })),
      ]),
    ],
    ['seven thousand empty blocks', many(7000, () => Uint8Array.of(0x1a, 0))],
    ['a megabyte of nothing', new Uint8Array(1_000_000)],
    ['a megabyte of empty blocks', many(500_000, () => Uint8Array.of(0x1a, 0))],
    ['a length of two to the sixtieth', Uint8Array.of(0x12, ...Array.from({ length: 8 }, () => 0xff), 0x0f)],
  ];
}

function many(count: number, part: (index: number) => Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat(Array.from({ length: count }, (_, index) => part(index))));
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join(' ');
}

function fact(term: Uint8Array): Uint8Array {
  return writeMessage([
    [
      4,
      writeMessage([
        [
          1,
          writeMessage([
            [1, 0],
            [2, term],
          ]),
        ],
      ]),
    ],
  ]);
}

/** A check of one query with one expression. */
function check(expression: Uint8Array): Uint8Array {
  const query = writeMessage([
    [1, writeMessage([[1, 27]])],
    [3, expression],
  ]);
  return writeMessage([[6, writeMessage([[1, query]])]]);
}

function nested(levels: number, field: number): Uint8Array {
  let inner = new Uint8Array();
  for (let level = 0; level < levels; level += 1) inner = new Uint8Array(writeMessage([[field, inner]]));
  return inner;
}
