/** What a simulated model sees of a file: that it is there, of which kind, and how large. Undefined for what is none. */
export function fileNote(part: { readonly [field: string]: unknown }): string | undefined {
  const { url } = (part.image_url ?? {}) as { url?: unknown };
  const { file_data } = (part.file ?? {}) as { file_data?: unknown };
  const { data: sound, format } = (part.input_audio ?? {}) as { data?: unknown; format?: unknown };
  const { data, media_type } = (part.source ?? {}) as { data?: unknown; media_type?: unknown };
  const [, mediaType, base64] = /^data:([^;]+);base64,(.*)$/s.exec(String(url ?? file_data)) ?? [];
  if (base64 !== undefined) return noteOf(mediaType!, base64);
  if (typeof sound === 'string') return noteOf(`audio/${format}`, sound);
  if (typeof data === 'string') return noteOf(String(media_type), data);
  return undefined;
}

export const noteOf = (mediaType: string, base64: string) =>
  `[file of ${mediaType}, ${Buffer.from(base64, 'base64').length} bytes]`;
