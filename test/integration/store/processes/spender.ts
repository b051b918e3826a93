/** Spends a tenant's money until there is none: reserves, and settles most of what it reserved. `URL ID` */
import { once } from 'node:events';
import { reserveBudget, settleBudget } from '../../../../src/store/budgets.ts';
import { openStore } from '../../../../src/store/store.ts';
import { CAP, NOW_MS } from './tenant.ts';

const [url, id] = process.argv.slice(2) as [string, string];
const store = await openStore({ url });
process.stdout.write('ready\n');
await once(process.stdin, 'data');

let granted = 0;
for (let refusals = 0, call = 0; refusals < 3; call += 1) {
  const key = `${id}/${call}`;
  const micros = 1_000 + Math.floor(Math.random() * 20_000);
  if (await reserveBudget(store, { key, caps: [CAP], micros, nowMs: NOW_MS })) {
    refusals += 1;
    continue;
  }
  granted += 1;
  // One call in ten never comes back.
  if (Math.random() < 0.9) {
    const cost = Math.floor(micros * Math.random());
    await settleBudget(store, { key, micros: cost, nowMs: NOW_MS });
    await settleBudget(store, { key, micros: cost, nowMs: NOW_MS });
  }
}
process.stdout.write(`granted ${granted}\n`);
await store.close();
process.exit(0);
