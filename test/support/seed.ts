import fc from 'fast-check';

/** Long runs, with another seed each time. */
export const DEEP = process.env['HEDDLE_TEST_DEEP'] === '1';

/** What all generated cases come from: the same in every run, unless `HEDDLE_TEST_SEED` or a deep run says otherwise. */
export const SEED = Number(process.env['HEDDLE_TEST_SEED'] ?? (DEEP ? Date.now() % 2 ** 31 : 20_261_122));

console.log(`seed ${SEED} (HEDDLE_TEST_SEED)`);
fc.configureGlobal({ seed: SEED });

export { fc };
