import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { approveCommand } from './approve.ts';
import { budgetsCommand } from './budgets.ts';
import { cancelCommand } from './cancel.ts';
import { catalogCommand } from './catalog.ts';
import { costCommand } from './cost.ts';
import { denyCommand } from './deny.ts';
import { devCommand } from './dev.ts';
import { healthCommand } from './health.ts';
import { listCommand } from './list.ts';
import { modelsCommand } from './models.ts';
import { policyCommand } from './policy.ts';
import { reconcileCommand } from './reconcile.ts';
import { reportError } from './report-error.ts';
import { resumeCommand } from './resume.ts';
import { routeCommand } from './route.ts';
import { runCommand } from './run.ts';
import { setupCommand } from './setup.ts';
import { showCommand } from './show.ts';
import { simulateCommand } from './simulate.ts';
import { temporalCommand } from './temporal.ts';
import { workerCommand } from './worker.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('signalbox')
  .description('Durable multi-model agents on Temporal.')
  .version(version)
  .enablePositionalOptions()
  .addCommand(devCommand)
  .addCommand(workerCommand)
  .addCommand(simulateCommand)
  .addCommand(runCommand)
  .addCommand(listCommand)
  .addCommand(showCommand)
  .addCommand(resumeCommand)
  .addCommand(approveCommand)
  .addCommand(denyCommand)
  .addCommand(cancelCommand)
  .addCommand(modelsCommand)
  .addCommand(catalogCommand)
  .addCommand(routeCommand)
  .addCommand(policyCommand)
  .addCommand(costCommand)
  .addCommand(budgetsCommand)
  .addCommand(healthCommand)
  .addCommand(reconcileCommand)
  .addCommand(setupCommand)
  .addCommand(temporalCommand);

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
