const project = (name, extra = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  ...extra,
});

/** Order and sharing: every case stands alone, so that `--randomize` changes nothing. */
export default {
  projects: ['unit', 'conformance', 'workflows', 'integration', 'architecture', 'e2e'].map((name) =>
    project(name),
  ),
  randomize: true,
  testTimeout: 120_000,
  maxWorkers: 2,
};
