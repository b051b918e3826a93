import type { Cap } from '../../../../src/core/vocabulary/cap.ts';

export const CAP: Cap = { scope: 'tenant', name: 'acme', period: 'day', capMicros: 1_000_000 };
export const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
