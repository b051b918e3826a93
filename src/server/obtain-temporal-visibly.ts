import { stderrProgress } from './stderr-progress.ts';
import { obtainTemporal, type TemporalBinary } from './temporal-binary.ts';

/** `obtainTemporal`, telling whoever waits on standard error what takes so long. */
export async function obtainTemporalVisibly(): Promise<TemporalBinary> {
  const { onProgress, done } = stderrProgress();
  try {
    return await obtainTemporal({ onProgress });
  } finally {
    done();
  }
}
