const SHOWN = 10;

/** `outcomes.csv is wrong in 12 places:`, and below it the first ten of them. */
export function faultsText(file: string, faults: readonly string[]): string {
  const more = faults.length > SHOWN ? `\n  and ${faults.length - SHOWN} more` : '';
  const places = faults.length === 1 ? 'one place' : `${faults.length} places`;
  return `${file} is wrong in ${places}:\n  ${faults.slice(0, SHOWN).join('\n  ')}${more}`;
}
