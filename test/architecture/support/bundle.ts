/** Bundles a file of agents as a worker would and prints facts of the bundle. node bundle.ts FILE */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const { code } = await bundleWorkflowCode({
  workflowsPath: process.argv[2]!,
  logger: new DefaultLogger('ERROR'),
});
const [program] = code.split('\n//# sourceMappingURL=') as [string];
const paths = [...program.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, path]) => path!);
process.stdout.write(JSON.stringify({ bytes: program.length, paths }));
