import { creator, type Rule, type RuleContext } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretScanner, SuspectedSecret } from '#ports/secrets/secret-scan.ts';
import { findOwnSecrets } from './own-secrets.ts';

const FAMILY = '@secretlint/secretlint-rule-';

/** It finds nothing: it lets comments in a file switch the others off. */
const COMMENTS = `${FAMILY}filter-comments`;

interface OpenRule {
  readonly name: string;
  readonly look: (content: string, path: string) => readonly (readonly [number, number])[];
}

/**
 * Opens the rules of secretlint's recommended preset, and one for files of heddle's own. They are run by themselves,
 * one text at a time: secretlint's runner keeps a record of every file, writes to standard error where a variable asks
 * for it, and obeys comments.
 */
export function openSecretScanner(): SecretScanner {
  const rules: OpenRule[] = [{ name: 'heddle', look: findOwnSecrets }];
  creator.create(
    {
      sharedOptions: {},
      registerRule: (rule) => {
        if (rule.meta.id !== COMMENTS) rules.push(openRule(rule));
      },
    },
    [],
  );
  return { scan: (text, name) => scanText(rules, text, name) };
}

function openRule(rule: Rule): OpenRule {
  let found: (readonly [number, number])[] = [];
  const context: RuleContext = {
    sharedOptions: {},
    // The words of a report would quote the secret.
    createTranslator: () => () => ({}),
    ignore: () => undefined,
    report: ({ range }) => void found.push(range),
  };
  const { file } = rule.create(context, {});
  return {
    name: rule.meta.id.replace(FAMILY, ''),
    look: (content, filePath) => {
      found = [];
      file?.({ content, filePath, ext: extensionOf(filePath), contentType: 'text', hasBOM: false });
      return found;
    },
  };
}

/** The only one that a rule decides by, but for `.p12`, with which it would read a file by its path. */
function extensionOf(path: string): '.json' | '' {
  return path.endsWith('.json') ? '.json' : '';
}

function scanText(rules: readonly OpenRule[], text: string, name: string | null): readonly SuspectedSecret[] {
  const path = name ?? 'text';
  const hits = rules.flatMap(({ name: rule, look }) =>
    look(text, path).map(([start, end]) => ({ rule, start, value: text.slice(start, end) })),
  );
  if (hits.length === 0) return [];
  const found = new Map<string, SuspectedSecret>();
  let [line, at] = [1, 0];
  for (const { rule, start, value } of hits.toSorted((a, b) => a.start - b.start)) {
    line += lineBreaks(text, at, start);
    at = start;
    found.set(`${rule} ${start} ${value}`, { rule, line, value });
  }
  return [...found.values()];
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let next = text.indexOf('\n', from); next !== -1 && next < to; next = text.indexOf('\n', next + 1)) {
    count += 1;
  }
  return count;
}
