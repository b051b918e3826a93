// A process of its own, `node sdk-download.ts FOLDER`: has the Temporal SDK download a server into the folder. The SDK
// downloads one only in order to start it, so this starts and ends it; and it has no time limit, so the caller sets one.

import { TestWorkflowEnvironment } from '@temporalio/testing';

try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: process.argv[2]! } },
  });
  await environment.teardown();
} catch (error) {
  // Its messages repeat the whole address at each level.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(/ for url \(\S+\)/g, '')}\n`);
  process.exitCode = 1;
}
