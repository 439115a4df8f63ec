import { naiveCovers, RULES, type NaiveRules } from '../naive-decision.ts';

/** Resources that differ only in what `spell` takes away are the same. */
function respelled(spell: (text: string) => string): Partial<NaiveRules> {
  return { covers: (above, below) => naiveCovers(spell(above), spell(below)) };
}

/** Only some blocks are asked; the others stay in their places. */
function only(chosen: (index: number, last: number) => boolean): Partial<NaiveRules> {
  return {
    asked: (blocks) => blocks.map((checks, index) => (chosen(index, blocks.length - 1) ? checks : [])),
  };
}

/** Rules as somebody might get them wrong; each has to be told from the right ones. */
export const MUTANTS: Readonly<Record<string, Partial<NaiveRules>>> = {
  'a resource covers what begins with its letters': { covers: (above, below) => below.startsWith(above) },
  'case does not count': respelled((text) => text.toLowerCase()),
  'normal form does not count': respelled((text) => text.normalize('NFC')),
  'escapes do not count': respelled((text) => text.replaceAll('%25', '%').replaceAll('%40', '-')),
  'a thread is a path of the same name': respelled((text) =>
    text.replace('@', ':').replace(/:(.*):/, ':$1/'),
  ),
  'a dot ends a segment': respelled((text) => text.replaceAll('.', '/')),
  'a dash ends a segment': respelled((text) => text.replaceAll('-', '/')),
  'what is below covers what is above': { covers: (above, below) => naiveCovers(below, above) },
  'only the resource itself is covered': { covers: (above, below) => above === below },
  'a path covers nothing below it': {
    covers: (above, below) => naiveCovers(above, below) && (above === below || !above.includes(':')),
  },
  'a grant holds at its end': { holds: (endsIn, now) => endsIn === null || now <= endsIn },
  'a grant holds for the second in which it ends': {
    holds: (endsIn, now) => endsIn === null || Math.floor(now / 1000) <= Math.floor(endsIn / 1000),
  },
  'a grant never ends': { holds: () => true },
  'a token is over at its end': { lasts: (endsIn, now) => now < endsIn * 1000 },
  'a token lasts for the second in which it ends': {
    lasts: (endsIn, now) => Math.floor(now / 1000) <= endsIn,
  },
  'a clock may not be slow at all': { early: (issuedIn, now) => issuedIn * 1000 > now },
  'a clock may be slow by less': { early: (issuedIn, now) => issuedIn * 1000 >= now + 300_000 },
  'the lowest role counts': { counts: (ranks) => Math.min(4, ...ranks, ranks.length === 0 ? -1 : 4) },
  'the newest grant counts': { counts: (ranks) => ranks.at(-1) ?? -1 },
  'anybody’s grants count': { whose: () => true },
  'an agent of an owner ends a freeze': { mayEndFreeze: () => true },
  'who narrowed a token ends a freeze': { mayEndFreeze: noAgent },
  'who narrowed a token acts in person': { inPerson: noAgent },
  'the floor is for agents of others only': { inPerson: () => true },
  'what is one’s own is under no floor': { floor: (wanted, words) => words.includes('floor') && !wanted.own },
  'what is one’s own is under the floor': { floor: (_, words) => words.includes('floor') },
  'giving a role needs that of an admin': { needed: (_, role) => role },
  'giving a low role needs that role': {
    needed: (wanted, role) =>
      RULES.needed({ ...wanted, granting: null }, wanted.granting === 'reader' ? 0 : role),
  },
  'the last block is not asked': only((index, last) => index !== last || last === 0),
  'only the last block is asked': only((index, last) => index === last),
  'the session is not asked': only((index) => index > 0),
  'every second block is not asked': only((index) => index % 2 === 0),
  'a first-party block is an agent': { agents: ({ chain }) => chain.blocks.length - 1 },
  'the last agent is not counted': { agents: (wanted) => Math.max(0, RULES.agents(wanted) - 1) },
  'who names no provider has any': { named: (anyOf, name) => name === undefined || anyOf.includes(name) },
  'a name that begins so is the same': {
    named: (anyOf, name) => name !== undefined && anyOf.some((each) => name.startsWith(each)),
  },
  'a revoked block ends only itself': { cut: (revoked, blocks) => revoked === blocks - 1 },
  'only the session can be revoked': { cut: (revoked) => revoked === 0 },
  'a revoked block ends what comes before it': {
    cut: (revoked, blocks) => revoked !== null && revoked <= blocks,
  },
};

function noAgent({ chain }: Parameters<NaiveRules['inPerson']>[0]): boolean {
  return chain.blocks.every(({ agent }) => agent === null);
}
