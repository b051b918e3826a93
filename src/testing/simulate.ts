import type { ResolvedConfig } from '../config/resolve-config.ts';
import type { SimulatedProvider } from '../simulated/simulated-providers.ts';

/** What the simulation must serve for a config: its simulated providers, with the models the catalog gives them. */
export function simulate({ providers, catalog }: ResolvedConfig): SimulatedProvider[] {
  return [...providers]
    .filter(([, { simulated }]) => simulated)
    .map(([name, { wire }]) => ({
      name: name as SimulatedProvider['name'],
      wire: wire!,
      models: catalog.endpoints
        .filter(({ provider }) => provider === name)
        .map(({ wireModel, model, speed }) => ({
          id: wireModel,
          maxOutputTokens: model.maxOutputTokens,
          contextTokens: model.contextTokens,
          abilities: model.abilities,
          ...speed,
        })),
    }));
}
