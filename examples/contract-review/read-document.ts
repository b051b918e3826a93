import { readFile } from 'node:fs/promises';
import { SignalboxError } from 'signalbox';

/** Reads a text document. @throws SignalboxError where it is missing, empty, binary or not UTF-8 */
export async function readDocument(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new SignalboxError(
      `The document ${path} cannot be read: ${cause.message}`,
      'Name a text file that is there.',
      { cause },
    );
  });
  if (bytes.includes(0))
    throw new SignalboxError(`The document ${path} is binary, not text.`, 'Convert it to plain text first.');
  const text = decode(bytes, path);
  if (text.trim() === '')
    throw new SignalboxError(`The document ${path} is empty.`, 'Name a file with a contract in it.');
  return text;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SignalboxError(
      `The document ${path} is not UTF-8.`,
      `Convert it, e.g. iconv -f latin1 -t utf-8 ${path}`,
      { cause },
    );
  }
}
