import type { FreezeResult, UnfreezeResult } from '#domain/results.ts';
import { fieldLines, type TextOf } from './shared-lines.ts';

/** Text of `freeze`. */
export const freezeText: TextOf<FreezeResult> = (result, terminal) => [
  `the repository is frozen by ${terminal.safe(result.by)} (record ${terminal.id(result.id)})`,
  ...fieldLines({ reason: result.reason === null ? null : terminal.safe(result.reason) }),
  'until `heddle unfreeze`, nobody changes anything but what ends an incident',
];

/** Text of `unfreeze`. */
export const unfreezeText: TextOf<UnfreezeResult> = ({ id, frozen }, terminal) => [
  `work goes on: the freeze by ${terminal.safe(frozen.by)} of ${terminal.time(frozen.since)} is lifted (record ${terminal.id(id)})`,
];
