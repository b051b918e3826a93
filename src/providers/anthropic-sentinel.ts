import { Response } from 'undici';

/** Long enough for either mark to be found where two pieces of the stream part it. */
const TAIL_CHARS = 40;
const STOPPED = /"stop_reason":\s*"/;
const SENTINEL = 'message_stop';

/**
 * Gives a stream of Anthropic's that has told why it stopped, and then ended without the event that only says so, that
 * event: nothing of the answer is missing, and the AI SDK would wait for it in vain. A connection that broke does not end.
 */
export function withSentinel(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.body || !isStream) return response;
    const { status, headers } = response;
    const body = response.body.pipeThrough(addSentinel());
    return new Response(body as never, {
      status,
      headers: headers as never,
    }) as unknown as globalThis.Response;
  };
}

function addSentinel(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let tail = '';
  let stopped = false;
  let ended = false;
  return new TransformStream({
    transform(piece, controller) {
      const text = tail + decoder.decode(piece, { stream: true });
      stopped ||= STOPPED.test(text);
      ended ||= text.includes(SENTINEL);
      tail = text.slice(-TAIL_CHARS);
      controller.enqueue(piece);
    },
    flush(controller) {
      if (!stopped || ended) return;
      const event = `event: ${SENTINEL}\ndata: ${JSON.stringify({ type: SENTINEL })}\n\n`;
      controller.enqueue(new TextEncoder().encode(event));
    },
  });
}
