import type { Modality } from '../vocabulary/model.ts';
import type { FilePart } from '../vocabulary/transcript.ts';

/** What a model must be able to take to be shown a file; undefined where no model takes it. */
export function modalityOf(mediaType: string): Modality | undefined {
  const [, type = '', subtype] = /^([a-z]+)\/([a-z0-9.+-]+)$/i.exec(mediaType) ?? [];
  if (subtype === 'pdf') return 'pdf';
  return BY_TYPE[type.toLowerCase()];
}

const BY_TYPE: Readonly<Record<string, Modality>> = {
  text: 'text',
  image: 'image',
  audio: 'audio',
  video: 'video',
};

/**
 * About how many tokens a file is to a model, on the high side. An image: 1,600, Anthropic's most for one that it does
 * not scale down. A PDF: Anthropic's 3,000 a page, at 30 KB a page. Sound and pictures that move: Gemini's 32 and 300 a
 * second, at 3 and 30 KB a second.
 */
export function tokensOfFile({ data, mediaType }: FilePart): number {
  const bytes = (data.length * 3) / 4;
  switch (modalityOf(mediaType)) {
    case 'image':
      return 1_600;
    case 'pdf':
      return Math.max(3_000, Math.ceil(bytes / 10));
    case 'audio':
    case 'video':
      return Math.ceil(bytes / 100);
    default:
      return Math.ceil(bytes / 4);
  }
}
