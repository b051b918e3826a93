import { Command } from 'commander';
import { explainCommand } from './route-explain.ts';
import { learnCommand } from './route-learn.ts';

export const routeCommand = new Command('route')
  .alias('routes')
  .description('What decides which model a step goes to.')
  .addCommand(explainCommand)
  .addCommand(learnCommand);
