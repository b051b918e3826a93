import { Signalbox } from 'signalbox/client';
import { triage } from './agents.ts';

const signalbox = await Signalbox.connect();
const run = await signalbox.start(
  triage,
  process.argv[2] ?? 'My kettle, a Boilmaster 3, leaks. Please send a new seal.',
);
console.log(await run.result());
await signalbox.close();
