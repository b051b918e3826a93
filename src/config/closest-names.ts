/** The names that look most like one that nobody knows, the closest first; all of them where they are few. */
export function closestNames(name: string, names: readonly string[], limit = 5): string[] {
  if (names.length <= 3 * limit) return [...names];
  const pairs = pairsOf(name);
  const likeness = (other: string) => {
    const others = pairsOf(other);
    return (2 * others.filter((pair) => pairs.includes(pair)).length) / (pairs.length + others.length || 1);
  };
  return names
    .map((other) => [other, likeness(other)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, limit)
    .map(([other]) => other);
}

/** Letters and digits two by two: `claude-sonnet-4-5` and `claude-sonnet-4.5` have the same. */
function pairsOf(name: string): string[] {
  const text = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2));
}
