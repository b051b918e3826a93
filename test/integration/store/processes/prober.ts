/** Claims the endpoint once it is told to, and says whether it is the probe. `URL` */
import { once } from 'node:events';
import { openStore } from '../../../../src/store/store.ts';
import { aWorkerHealth, ENDPOINT } from '../../../support/a-worker-health.ts';

const store = await openStore({ url: process.argv[2]! });
const health = aWorkerHealth(store);
await health.share();
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdout.write(`claim ${await health.claim(ENDPOINT)}\n`);
await store.close();
process.exit(0);
