import { writeFileSync } from 'node:fs';
import { renderFailures } from './render-failures.ts';

writeFileSync(new URL('../../docs/failures.md', import.meta.url), renderFailures());
