import { SignalboxError } from '../vocabulary/errors.ts';
import { type Columns, ratesFor } from './catalog-index.ts';
import { isOfCatalog, RULES, type Rule } from './constraints.ts';
import { type Forecast, forecast } from './forecast.ts';
import { ALL_WELL, type ChooseInput } from './request.ts';
import { NONE, type Sifted, sift } from './sift.ts';

/** One of the endpoints that came closest, and all that stands between it and the request. */
export interface NearMiss {
  readonly endpoint: string;
  readonly obstacles: readonly Obstacle[];
}

export interface Obstacle {
  readonly rule: string;
  /** What would have to change, in words. */
  readonly remedy: string;
  /** The policy layers that set the rule, where layers did. */
  readonly setBy?: readonly string[];
}

const NEAREST = 3;

/** No endpoint may be asked. Says what would have to change to admit those that came closest. */
export class NoEligibleEndpoint extends SignalboxError {
  readonly nearest: readonly NearMiss[];
  /** How long until the first of those that only rest comes back; absent where none does. */
  readonly restEndsInMs?: number;
  /** Some would have been admitted, once they had rested, if the conversation were shorter. */
  readonly tooLong: boolean;
  /** The least allotment that would have admitted somebody, in micro-dollars; absent where none would. */
  readonly neededMicros?: number;

  /** @param input one for which `choose` has found no candidate */
  constructor(input: ChooseInput) {
    const sifted = sift(input);
    const nearest = nearestOf(input);
    super(
      `No endpoint is left: ${rulesOf(sifted, input)}.`,
      nearest.length > 0
        ? `The nearest: ${nearest.map(wordsOf).join('. ')}.`
        : 'The catalog has no endpoint; configure a provider, or add models to signalbox.config.ts.',
    );
    this.nearest = nearest;
    const restEndsInMs = firstReturnInMs(sifted, input);
    if (restEndsInMs !== undefined) this.restEndsInMs = restEndsInMs;
    this.tooLong = isTooLong(sifted, input);
    const needed = neededMicros(input);
    if (needed !== undefined) this.neededMicros = needed;
  }
}

/** Whether one whose window is too small would be kept with a request of no length; those were avoided for their window. */
function isTooLong(sifted: Sifted, input: ChooseInput): boolean {
  const small = new Set(idsBrokenBy('context_length', sifted, input));
  if (small.size === 0) return false;
  const avoid = input.request.avoid.filter((id) => !small.has(id));
  const request = { ...input.request, avoid, inputTokens: 0, outgrownTokens: 0 };
  const { kept } = sift({
    ...input,
    request,
    health: { ...ALL_WELL, quarantined: input.health.quarantined },
  });
  return kept.some((i) => small.has(input.catalog.endpoints[i]!.id));
}

/** E.g. `groq/llama-3: max_price:output (tenant "acme"): raise maxPrice.output from 1 to 2; ability:tools: …` */
function wordsOf({ endpoint, obstacles }: NearMiss): string {
  const words = obstacles.map(
    ({ rule, remedy, setBy }) => `${remedy} (${[rule, ...(setBy ?? [])].join(', ')})`,
  );
  return `${endpoint}: ${words.join(' and ')}`;
}

/** `health:open ×9 (sim-aurora/x, …), ability:tools ×1 (sim-dune/y)` */
function rulesOf(sifted: Sifted, input: ChooseInput): string {
  const rules = RULES.flatMap(({ name }) => {
    const ids = idsBrokenBy(name, sifted, input);
    return ids.length > 0 ? [`${name} ×${ids.length} (${ids[0]}${ids.length > 1 ? ', …' : ''})`] : [];
  });
  return rules.join(', ') || 'the catalog is empty';
}

function idsBrokenBy(name: string, { broken }: Sifted, { catalog }: ChooseInput): string[] {
  const at = RULES.findIndex((rule) => rule.name === name);
  return catalog.endpoints.filter((_, i) => broken[i] === at).map(({ id }) => id);
}

/** When the first endpoint comes back that has nothing but its rest against it. */
function firstReturnInMs(sifted: Sifted, input: ChooseInput): number | undefined {
  const { health, nowMs } = input;
  const ends = idsBrokenBy('health:open', sifted, input).flatMap((id) => {
    const breaker = health.breakers.get(id);
    return breaker?.state === 'open' ? [breaker.untilMs] : breaker?.state === 'half-open' ? [nowMs] : [];
  });
  return ends.length > 0 ? Math.max(0, Math.min(...ends) - nowMs) : undefined;
}

/** One that only rests comes back: then it is the allotment that keeps it out. */
const NOT_OF_THE_ALLOTMENT = RULES.filter(({ name }) => name !== 'allotment' && name !== 'health:open');

function neededMicros(input: ChooseInput): number | undefined {
  const { allotmentMicros } = input.request;
  const { worstCaseMicros } = forecast(sift(input, NOT_OF_THE_ALLOTMENT).kept, input);
  const dear = [...worstCaseMicros].filter((micros) => micros > allotmentMicros);
  return dear.length > 0 ? Math.min(...dear) : undefined;
}

/** Fewest obstacles first, then the likeliest to succeed; one a model. Those that nobody could pick are left out. */
function nearestOf(input: ChooseInput): NearMiss[] {
  const { endpoints } = input.catalog;
  const { chance } = forecast(Uint16Array.from(endpoints.keys()), input);
  const obstaclesAt = obstaclesOf(input);
  const models = new Set<string>();
  return [...endpoints.keys()]
    .map((i) => ({ i, obstacles: obstaclesAt(i) }))
    .filter(({ obstacles }) => !obstacles.some(({ rule }) => isOfCatalog(rule)))
    .toSorted((a, b) => a.obstacles.length - b.obstacles.length || chance[b.i]! - chance[a.i]!)
    .filter(({ i }) => {
      const { model } = endpoints[i]!;
      return !models.has(model.id) && models.add(model.id);
    })
    .slice(0, NEAREST)
    .map(({ i, obstacles }) => ({ endpoint: endpoints[i]!.id, obstacles }));
}

/** By position, all that an endpoint breaks and not only the first: each rule is passed by itself. */
export function obstaclesOf(input: ChooseInput): (i: number) => Obstacle[] {
  const passes = RULES.map((rule) => ({ rule, broken: sift(input, [rule]).broken }));
  return (i) =>
    passes
      .filter(({ broken }) => broken[i] !== NONE)
      .map(({ rule }) => {
        const setBy = rule.field && input.policy.setBy?.[rule.field];
        return {
          rule: rule.name,
          remedy: rule.remedy(valueAt(i, rule, input), input),
          ...(setBy && { setBy }),
        };
      });
}

/** What the rule looks at, in words. */
function valueAt(i: number, rule: Rule, input: ChooseInput): string {
  const { catalog, request } = input;
  if ('column' in rule) {
    const columns: Columns = { ...catalog.columns, ...ratesFor(catalog, request.inputTokens) };
    return String(
      rule.column in columns
        ? columns[rule.column as keyof Columns][i]
        : forecast(Uint16Array.of(i), input)[rule.column as keyof Forecast][0],
    );
  }
  const { id, provider, model, quantization = 'unknown' } = catalog.endpoints[i]!;
  if ('list' in rule) return { model: model.id, family: model.family, provider, quantization }[rule.trait];
  return id;
}
