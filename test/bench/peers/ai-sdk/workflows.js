import { temporalProvider } from '@temporalio/ai-sdk/workflow';
import { proxyActivities } from '@temporalio/workflow';
import { generateText, stepCountIs, tool } from 'ai';
import { z } from 'zod';

const { lookUp } = proxyActivities({ startToCloseTimeout: '10 minutes' });

/** The loop is the AI SDK's own; its calls of models and tools are activities. */
export async function lookUpItems({ model, system, prompt, turns, description }) {
  const { text } = await generateText({
    model: temporalProvider.languageModel(model),
    system,
    prompt,
    tools: { lookUp: tool({ description, inputSchema: z.object({ item: z.string() }), execute: lookUp }) },
    stopWhen: stepCountIs(turns + 1),
  });
  return text;
}
