import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { ConfigError } from '../config/config-error.ts';

/** Where `agents` of a config is on disk. */
export const agentsPath = (agents: string) =>
  agents.startsWith('file:') ? fileURLToPath(agents) : resolve(agents);

/**
 * Bundles the agents file for the workflow sandbox.
 * @throws ConfigError with the first of the bundler's errors, whose report is pages long
 */
export async function bundleAgents(agents: string): Promise<WorkflowBundle> {
  const report: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => report.push(message));
  return bundleWorkflowCode({ workflowsPath: agentsPath(agents), logger }).catch((cause: unknown) => {
    const [, first = String(cause)] = /^ERROR in ([\s\S]*?)\n\n/m.exec(report.join('\n')) ?? [];
    throw new ConfigError(
      `agents: ${agentsPath(agents)} cannot be bundled for the workflow sandbox: ${first}`,
      'Mend the file. What it imports must run in the sandbox as well, where there is no Node.',
      { cause },
    );
  });
}
