#!/usr/bin/env node
/** Node is checked before anything that an older one could not even load. */
const OLDEST_NODE = '22.19.0';
if (process.versions.node.localeCompare(OLDEST_NODE, 'en', { numeric: true }) < 0) {
  process.stderr.write(
    `Error: signalbox needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
await import('./main.ts');
