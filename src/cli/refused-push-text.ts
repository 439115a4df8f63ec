import type { ToldDenial } from '#domain/server/told-denial.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { escapeText } from './terminal-text.ts';

const LABEL = 11;

/** What a server denied of a push, for people, and for `readToldDenials` on the other side. */
export function toldDenialLines(denials: readonly ToldDenial[]): readonly string[] {
  return denials.flatMap((denial) => {
    const { subject, code, stage, message, operation, resource, failed, fixes, why } = denial;
    const fields: readonly (readonly [string, string | null])[] = [
      ['denied', `${subject}: ${code} at ${stage}`],
      ['reason', message === '' ? null : message],
      ['asked', `${operation} on ${resource}`],
      ['principal', principalText(denial)],
      ['required', roleText(denial.required)],
      ['held', roleText(denial.held)],
      ...failed.map((check) => ['failed', check] as const),
      ...fixes.flatMap(({ argv, who }) => [
        ['fix', shellLine(argv)] as const,
        ['run by', who.length === 0 ? null : who.join(', ')] as const,
      ]),
      ['why', why],
    ];
    return fields.flatMap(([label, value]) =>
      value === null ? [] : [`  ${label.padEnd(LABEL)}${escapeText(value)}`],
    );
  });
}

function principalText({ principal, via }: ToldDenial): string {
  return (principal ?? 'nobody') + (via.length === 0 ? '' : ` via ${via.join(', ')}`);
}

function roleText(held: ToldDenial['held']): string {
  return held === null ? 'nothing' : `${held.role} at ${held.at}`;
}
