/** The texts of requests: JSON lines with `prompt_id`, `prompt` (null where there is no text) and, if need be, `pool`. */
import { z } from 'zod';
import { faultsError } from './quality-file-error.ts';
import { readText } from './read-text.ts';

const promptSchema = z.object({
  prompt_id: z.string().min(1),
  prompt: z.string().nullable(),
  pool: z.string().optional(),
});

/** @returns texts by request id @throws QualityFileError naming each bad line */
export function readPrompts(file: string, pool?: string): Map<string, string> {
  const faults: string[] = [];
  const texts = new Map<string, string>();
  for (const [i, line] of readText(file).split('\n').entries()) {
    if (line.trim() === '') continue;
    const { data: row, error } = promptSchema.safeParse(parse(line));
    if (error) {
      const [{ path, message }] = error.issues as [z.core.$ZodIssue];
      faults.push(`line ${i + 1}, ${path.join('.') || 'the whole'}: ${message}`);
    } else if (pool === undefined || row.pool === pool) texts.set(row.prompt_id, row.prompt ?? '');
  }
  if (faults.length > 0)
    throw faultsError(file, faults, 'Mend these lines, or leave them out; nothing was learnt.');
  return texts;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
