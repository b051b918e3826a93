/**
 * What hosts say publicly about the data they are sent: `data-policies.json`, one row a claim, with the host's page, the
 * words that the claim rests on and the day they were read there. No public data set has these, so whatever no row
 * states is unknown. It is nobody's legal advice.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { DataPolicyConfig } from './catalog-config.ts';
import { CatalogError } from './read-snapshot.ts';
import type { SnapshotEndpoint, SnapshotModel } from './snapshot.ts';

export interface DataPolicyClaim extends DataPolicyConfig {
  readonly provider: string;
  /** Models or families that the page speaks of; all of the provider's where absent. */
  readonly models?: readonly string[];
  /** Variants of them, e.g. `free`; all but the free ones where absent. */
  readonly variants?: readonly string[];
  /** The page's own words that the claim rests on. */
  readonly words: string;
}

const SHIPPED = new URL('./data-policies.json', import.meta.url);

const claimSchema = z.array(
  z
    .strictObject({
      provider: z.string().min(1),
      models: z.array(z.string().min(1)).min(1).optional(),
      variants: z.array(z.string().min(1)).min(1).optional(),
      zdr: z.boolean().optional(),
      retentionDays: z.number().nonnegative().optional(),
      trainsOnData: z.boolean().optional(),
      regions: z.array(z.string().min(1)).min(1).optional(),
      basis: z.literal('public'),
      source: z.url(),
      checked: z.iso.date(),
      words: z.string().min(1),
    })
    .refine(({ zdr, retentionDays = 0 }) => !zdr || retentionDays === 0, 'zdr keeps nothing for any days'),
);

/** @throws CatalogError where the shipped file is damaged */
export function readDataPolicyClaims(): DataPolicyClaim[] {
  const { data, error } = claimSchema.safeParse(JSON.parse(readFileSync(SHIPPED, 'utf8')));
  if (data) return data as DataPolicyClaim[];
  throw new CatalogError(
    `data-policies.json is wrong: ${z.prettifyError(error)}`,
    'Install signalbox again: its catalog is damaged.',
  );
}

/** What is claimed about an endpoint: every row that fits it, under the older of their days. */
export function claimAbout(
  claims: readonly DataPolicyClaim[],
  { id, family }: Pick<SnapshotModel, 'id' | 'family'>,
  { provider, variant }: SnapshotEndpoint,
): DataPolicyConfig | undefined {
  const fitting = claims.filter(
    (claim) =>
      claim.provider === provider &&
      (claim.variants?.includes(variant ?? '') ?? variant !== 'free') &&
      (!claim.models || claim.models.includes(id) || claim.models.includes(family)),
  );
  if (fitting.length === 0) return undefined;
  return {
    ...Object.assign(
      {},
      ...fitting.map(({ zdr, retentionDays, trainsOnData, regions }) => ({
        ...(zdr !== undefined && { zdr }),
        ...(retentionDays !== undefined && { retentionDays }),
        ...(trainsOnData !== undefined && { trainsOnData }),
        ...(regions && { regions }),
      })),
    ),
    basis: 'public',
    source: [...new Set(fitting.map(({ source }) => source))].join(' and '),
    checked: fitting.map(({ checked }) => checked).reduce((a, b) => (b < a ? b : a)),
  };
}
