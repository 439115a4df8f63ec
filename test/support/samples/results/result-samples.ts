import type { ResultKind } from '#domain/results.ts';
import { WORK_SAMPLES } from './work-samples.ts';
import { THREAD_SAMPLES } from './thread-samples.ts';
import { LANDING_SAMPLES } from './landing-samples.ts';
import { BLAME_SAMPLES } from './blame-samples.ts';
import { TOKEN_SAMPLES } from './token-samples.ts';
import { AUTHORITY_SAMPLES } from './authority-samples.ts';
import { HOOK_SAMPLES } from './hook-samples.ts';
import { POLICY_SAMPLES } from './policy-samples.ts';
import { UNDO_SAMPLES } from './undo-samples.ts';
import { SERVER_SAMPLES } from './server-samples.ts';
import { RUN_SAMPLES } from './run-samples.ts';
import { REMOVAL_SAMPLES } from './removal/removal-samples.ts';
import { INCIDENT_SAMPLES } from './removal/incident-samples.ts';
import { REMOTE_SAMPLES } from './remote-samples.ts';
import { REQUEST_SAMPLES } from './request-samples.ts';
import { PROPOSAL_SAMPLES } from './removal/proposal-samples.ts';
import { SECRET_SAMPLES } from './secret-samples.ts';
import { reviewSamples } from './review-samples.ts';
import { VERIFICATION_SAMPLES } from './boundary/verification-samples.ts';
import { HARNESS_SAMPLES } from './boundary/harness-samples.ts';
import { STATE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

/** Samples of every kind of answer: tests about schemas and texts go over all of them. */
export const RESULT_SAMPLES: Samples<ResultKind> = {
  ...WORK_SAMPLES,
  ...THREAD_SAMPLES,
  ...LANDING_SAMPLES,
  ...BLAME_SAMPLES,
  ...TOKEN_SAMPLES,
  ...AUTHORITY_SAMPLES,
  ...POLICY_SAMPLES,
  ...HOOK_SAMPLES,
  ...UNDO_SAMPLES,
  ...RUN_SAMPLES,
  ...SERVER_SAMPLES,
  ...REMOVAL_SAMPLES,
  ...INCIDENT_SAMPLES,
  ...REMOTE_SAMPLES,
  ...REQUEST_SAMPLES,
  ...PROPOSAL_SAMPLES,
  'purge-apply': REMOVAL_SAMPLES.purge,
  'purge-cancel': REQUEST_SAMPLES.deny,
  ...VERIFICATION_SAMPLES,
  ...HARNESS_SAMPLES,
  ...reviewSamples(STATE),
  ...SECRET_SAMPLES,
};
