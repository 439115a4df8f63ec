import type { SecretsAllowResult, SecretsListResult } from '#domain/results/boundary/secret-results.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

/** Text of `secrets allow`. */
export const secretsAllowText: TextOf<SecretsAllowResult> = ({ removed, exceptions }, terminal) => {
  if (exceptions.length === 0)
    return [removed ? 'nothing is let pass there' : 'nothing that changed there looks like a secret'];
  return exceptions.map(({ path, line, rule, until }) => {
    const place = terminal.paint('place', terminal.safe(line === null ? path : `${path}:${line}`));
    const looks = `looks like a secret (${terminal.safe(rule)})`;
    return removed
      ? `${place} is refused again where it ${looks}`
      : `${place} may be captured until ${terminal.time(until)}, though it ${looks}`;
  });
};

/** Text of `secrets list`. */
export const secretsListText: TextOf<SecretsListResult> = ({ exceptions }, terminal) =>
  exceptions.length === 0
    ? ['nothing that looks like a secret is let pass']
    : exceptions.map(({ path, rule, by, reason, until, over }) => {
        const place = terminal.paint('place', terminal.safe(path));
        const time = `${over ? 'over since' : 'until'} ${terminal.time(until)}`;
        return `${place} ${terminal.safe(rule)} ${time}, by ${terminal.safe(by)}: ${terminal.safe(reason)}`;
      });
