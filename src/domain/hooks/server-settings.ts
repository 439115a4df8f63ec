import { HEDDLE_REFS } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';

/** A setting of git's as git reads it there: its name in small letters. */
export interface GitSetting {
  readonly key: string;
  readonly value: string;
}

/** What of a server's git configuration is worth a word. */
export interface SettingsJudged {
  /** It keeps git from asking heddle, or heddle's refs from travelling. */
  readonly findings: readonly Finding[];
  /** It would be better otherwise. */
  readonly advice: readonly Finding[];
}

const HIDING: Readonly<Record<string, string>> = {
  'transfer.hiderefs': 'transfer.hideRefs',
  'receive.hiderefs': 'receive.hideRefs',
  'uploadpack.hiderefs': 'uploadpack.hideRefs',
};
/** Of any spelling that git takes for yes. */
const YES = /^(?:true|yes|on|[1-9]\d*)?$/i;

/** Looks at the configuration of a repository that is pushed to; later settings of a name count. */
export function judgeServerSettings(settings: readonly GitSetting[]): SettingsJudged {
  return {
    findings: settings.flatMap(({ key, value }) => {
      if (key === 'receive.procreceiverefs' && value !== '')
        return about('receive.procReceiveRefs', OTHERS_MOVE);
      const name = HIDING[key];
      const hides = name !== undefined && hidesHeddle(value);
      return hides ? about(name, `it hides refs of heddle (${value}): nobody can push or pull them`) : [];
    }),
    advice: advise(new Map(settings.map(({ key, value }) => [key, value]))),
  };
}

const OTHERS_MOVE = 'another program moves these refs, wherever it likes, once heddle has said yes';

function advise(last: ReadonlyMap<string, string>): readonly Finding[] {
  const isSet = (key: string): boolean => YES.test(last.get(key) ?? 'no');
  const bounded = /^[1-9]/.test(last.get('receive.maxinputsize') ?? '');
  const fsck = last.has('receive.fsckobjects') ? 'receive.fsckobjects' : 'transfer.fsckobjects';
  return [
    ...GIT_REFUSES.flatMap(([name, done]) =>
      isSet(name.toLowerCase())
        ? about(name, `git refuses ${done}, which lines of a log allow: leave it unset`)
        : [],
    ),
    ...(bounded ? [] : about('receive.maxInputSize', UNBOUNDED)),
    ...(isSet(fsck) ? [] : about('receive.fsckObjects', 'damaged objects are kept: set it to true')),
  ];
}

const UNBOUNDED = 'nothing bounds what a push brings before anybody looks at it: set it, to 512m say';

function about(subject: string, message: string): readonly Finding[] {
  return [{ kind: 'setting', subject, message }];
}

const GIT_REFUSES = [
  ['receive.denyNonFastForwards', 'what takes a thread back'],
  ['receive.denyDeletes', 'what drops a thread'],
] as const;

/** See git-config(1), `transfer.hideRefs`: a prefix, up to a slash, `^` for the whole name. `!` shows again. */
function hidesHeddle(value: string): boolean {
  const prefix = value.replace(/^\^/, '').replace(/\/$/, '');
  if (prefix === '' || prefix.startsWith('!')) return false;
  return `${prefix}/`.startsWith(HEDDLE_REFS) || HEDDLE_REFS.startsWith(`${prefix}/`);
}
