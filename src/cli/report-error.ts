import pc from 'picocolors';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** Says on standard error what is wrong and what to do; returns the exit code. Only bugs come with a stack. */
export function reportError(error: unknown): number {
  if (error instanceof SignalboxError) {
    process.stderr.write(`${pc.red('Error:')} ${error.message}\n${pc.bold('Remedy:')} ${error.remedy}\n`);
  } else {
    process.stderr.write(
      `${pc.red('Error:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  return 1;
}
