import type { ModelName } from './read-model-name.ts';

/**
 * Decides what an undated name means. Two dated snapshots are always two models. An undated name is the dated one
 * exactly when the vendor freezes every release under a date, and only one date is known: then alias and snapshot can
 * only be the same weights, and splitting them would keep `claude-sonnet-4-5` and Bedrock's
 * `claude-sonnet-4-5-20250929` from failing over to each other. With a second date the undated name is a moving alias
 * that may answer as either, so it becomes a model of its own.
 *
 * Not for Qwen, whose undated names stay on an older release while newer dates come out, and never for short stamps
 * (`-0613`, `-2507`, `-08-2024`): there the undated name is usually the first release (`deepseek-r1` is not
 * `deepseek-r1-0528`), so the stamp is read as part of the name.
 */
const oneNameOneRelease =
  /^(claude|gpt|o\d|gemini|text-|jamba|nova|codestral|mistral|deepseek|glm|kimi|seed|minimax|mai|computer-use|codex|palmyra)/;

export function resolveSnapshots(names: readonly ModelName[]): (name: ModelName) => string {
  const known = new Map<string, Set<string>>();
  for (const { name, snapshot } of names) {
    if (snapshot !== undefined) known.set(name, (known.get(name) ?? new Set()).add(snapshot));
  }
  return ({ name, snapshot }) => {
    if (snapshot === undefined) return name;
    const single = known.get(name)?.size === 1 && oneNameOneRelease.test(name);
    return single ? name : `${name}-${snapshot}`;
  };
}
