/**
 * The registry packages the snapshot is built from, pinned. Raising a version is an edit here, and the digest makes a
 * changed archive an error instead of a changed price.
 */
import type { SnapshotSource } from '../../../src/catalog/snapshot.ts';

export interface SourcePackage extends SnapshotSource {
  readonly id: 'litellm' | 'pi-ai' | 'genai-prices' | 'litellm-2025';
  readonly registry: 'pypi' | 'npm';
  /** SHA-256 of the archive as the registry serves it. */
  readonly sha256: string;
  /** How we know the date. */
  readonly dateBasis: string;
  /** Keeps models long gone. It may confirm or dispute a price, but not say that a host serves a model today. */
  readonly historical?: true;
  readonly license: 'MIT';
  readonly copyright: string;
  readonly home: string;
}

/** Newest first: where sources disagree, the first one's price is used and the others are kept beside it. */
export const sourcePackages: readonly SourcePackage[] = [
  {
    id: 'litellm',
    registry: 'pypi',
    name: 'litellm',
    version: '1.109.1',
    sha256: '1c8b4dd671fa0cd0850aa751678704ff77e595fb1e6085b2dc3be39ee19bdaaf',
    date: '2026-11-12',
    dateBasis: 'time stamp of the bill of materials inside the wheel',
    license: 'MIT',
    copyright: 'Copyright (c) 2023 Berri AI',
    home: 'github.com/BerriAI/litellm',
  },
  {
    id: 'pi-ai',
    registry: 'npm',
    name: '@earendil-works/pi-ai',
    version: '1.5.2',
    sha256: 'd5715efa834c23bfdf10a042b49df4ee169cc99000bf16d7998fab2d533b45f8',
    date: '2026-11-10',
    dateBasis: 'generatedAt in the package’s own data manifest',
    license: 'MIT',
    // The package has no licence file: MIT by its package.json and README, whose author this is.
    copyright: 'Copyright (c) Mario Zechner',
    home: 'github.com/earendil-works/pi',
  },
  {
    id: 'genai-prices',
    registry: 'npm',
    name: '@pydantic/genai-prices',
    version: '0.1.8',
    sha256: '8c9ba41e46719abc54a0ae4756ba5f2b5a768b8117fb29f40c5ca7ed3146eb5b',
    date: '2026-09-23',
    dateBasis: 'day of publication at the registry',
    historical: true,
    license: 'MIT',
    copyright: 'Copyright (c) Pydantic Services Inc. 2025 to present',
    home: 'github.com/pydantic/genai-prices',
  },
  {
    id: 'litellm-2025',
    registry: 'pypi',
    name: 'litellm',
    version: '1.80.17',
    sha256: '52b23a21910a16820e6ea4b982dc81d27c993c1054ce148c56b251e9b89d89df',
    date: '2025-11-01',
    dateBasis: 'not in the wheel: the newest date among its model names, so no later than its prices',
    historical: true,
    license: 'MIT',
    copyright: 'Copyright (c) 2023 Berri AI',
    home: 'github.com/BerriAI/litellm',
  },
];
