import type { Estimate, Quality } from '../../vocabulary/quality.ts';

/**
 * What is expected of each model on a request whose class is known by chances only: every class's estimates, weighed by
 * them. Classes without estimates do not count.
 */
export function mixClasses(
  { estimates }: Quality,
  chances: ReadonlyMap<string, number>,
): ReadonlyMap<string, Estimate> {
  const rows = [...estimates].map(([taskClass, row]) => ({ row, chance: chances.get(taskClass) ?? 0 }));
  const total = rows.reduce((sum, { chance }) => sum + chance, 0);
  if (total === 0) return new Map();
  const models = [...rows[0]!.row.keys()];
  return new Map(
    models.map((model) => {
      const mean = (of: (estimate: Estimate) => number) =>
        rows.reduce((sum, { row, chance }) => sum + (chance / total) * of(row.get(model)!), 0);
      const observed = rows.some(({ row, chance }) => chance > 0 && row.get(model)!.basis === 'observed');
      return [
        model,
        {
          success: mean(({ success }) => success),
          successSd: Math.sqrt(mean(({ successSd }) => successSd ** 2)),
          costUsd: mean(({ costUsd }) => costUsd),
          basis: observed ? 'observed' : 'model',
        },
      ] as const;
    }),
  );
}
