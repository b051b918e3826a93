/** Starts and watches runs over HTTP. `npm run dev` first, then: node examples/http-backend/server.ts */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Signalbox, SignalboxError } from 'signalbox/client';
import { contractReview } from '../contract-review/agents.ts';

const signalbox = await Signalbox.connect();

const app = new Hono()
  .post('/reviews/:id', async (c) => {
    const { path, text } = await c.req.json<{ path: string; text: string }>();
    const run = await signalbox.start(contractReview, { path, text }, { id: c.req.param('id') });
    return c.json({ id: run.id }, 202);
  })
  .get('/reviews/:id', async (c) => c.json(await signalbox.run(c.req.param('id')).state()))
  .post('/reviews/:id/resume', async (c) => c.json(await signalbox.run(c.req.param('id')).resume()))
  .onError((error, c) =>
    c.json({ message: error.message, remedy: error instanceof SignalboxError ? error.remedy : '' }, 400),
  );

serve({ fetch: app.fetch, port: 3000, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
