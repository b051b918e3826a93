import { Command, Option } from 'commander';
import { resolveConfig } from '../config/resolve-config.ts';
import { NoEligibleEndpoint } from '../core/routing/no-eligible-endpoint.ts';
import { ABILITIES, type Ability } from '../core/vocabulary/model.ts';
import { explainRoute } from '../explain/explain-route.ts';
import { routerOf } from '../explain/router-of.ts';
import {
  configIfAnyOption,
  jsonOption,
  loadConfigIfAny,
  overLiveOption,
  parseChance,
  parseTokens,
  parseUsd,
  print,
  printJson,
} from './options.ts';
import { renderRoute } from './render-route.ts';

export const explainCommand = new Command('explain')
  .description(
    'Why a request would go to one model and not to the others, and what it would cost. Asks nobody.',
  )
  .requiredOption('--task <class>', 'the task class')
  .option('--tokens <count>', 'input tokens', parseTokens, 2_000)
  .option('--tools', 'the request brings tools')
  .option('--structured', 'the answer must fit a schema')
  .addOption(new Option('--needs <abilities...>', 'other abilities it needs').choices(ABILITIES))
  .option('--tenant <name>', 'whose policy applies')
  .option('--prefer <endpoint>', 'who has just answered this conversation and has it cached')
  .option('--verify', 'answers will be checked: who is asked first, and who next where the check rejects')
  .option('--accepts-wrong <chance>', 'how often that check accepts a wrong answer', parseChance, 0)
  .option('--rejects-right <chance>', 'how often it rejects a right one', parseChance, 0)
  .option('--max-usd <usd>', 'the most the call may cost', parseUsd)
  .option('--seed <id>', "the run's id, which breaks ties", '')
  .addOption(overLiveOption())
  .addOption(configIfAnyOption())
  .addOption(jsonOption())
  .action(async ({ task, tokens, maxUsd, json, live, config, ...options }: ExplainOptions) => {
    const resolved = resolveConfig(await loadConfigIfAny(config), live ? 'live' : 'simulated');
    const { tenant, prefer, seed, tools, structured, needs = [] } = options;
    const input = routerOf(
      resolved,
      Date.now(),
    )({
      ...{ taskClass: task, inputTokens: tokens, seed },
      abilities: [
        ...new Set<Ability>([
          ...(tools ? ['tools' as const] : []),
          ...(structured ? ['structured-output' as const] : []),
          ...needs,
        ]),
      ],
      ...(tenant !== undefined && { tenant }),
      ...(prefer !== undefined && { prefer }),
      ...(options.verify && {
        check: { acceptsWrong: options.acceptsWrong, rejectsRight: options.rejectsRight, costUsd: 0 },
      }),
      ...(maxUsd !== undefined && { allotmentMicros: maxUsd * 1e6 }),
    });
    const explanation = explainRoute(input);
    if (json) printJson(explanation);
    else print(renderRoute(explanation));
    if (explanation.candidates.length === 0) throw new NoEligibleEndpoint(input);
  });

interface ExplainOptions {
  task: string;
  tokens: number;
  tools?: boolean;
  structured?: boolean;
  needs?: Ability[];
  tenant?: string;
  prefer?: string;
  verify?: boolean;
  acceptsWrong: number;
  rejectsRight: number;
  maxUsd?: number;
  seed: string;
  live: boolean;
  config?: string;
  json?: boolean;
}
