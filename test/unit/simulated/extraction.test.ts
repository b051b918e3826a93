import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { amountsIn } from '../../../src/simulated/models/amounts.ts';
import { datesIn } from '../../../src/simulated/models/dates.ts';
import { fillSchema } from '../../../src/simulated/models/fill-schema.ts';
import { obligationsIn } from '../../../src/simulated/models/obligations.ts';
import { partiesIn } from '../../../src/simulated/models/parties.ts';
import { sentencesOf } from '../../../src/simulated/models/text.ts';
import { contracts } from './contracts.ts';

const Review = z.object({
  parties: z.array(z.object({ name: z.string(), role: z.string() })),
  effectiveDate: z.string().nullable(),
  dates: z.array(z.string()),
  amounts: z.array(z.string()),
  obligations: z.array(z.object({ party: z.string(), obligation: z.string() })),
});

function review(material: string) {
  const schema = z.toJSONSchema(Review) as Record<string, unknown>;
  return Review.parse(fillSchema(schema, { question: 'Extract what binds whom.', material }, 60));
}

describe('extraction from a contract', () => {
  it('finds every party with its role, every date, every amount and every duty, whatever they are', () => {
    fc.assert(
      fc.property(contracts, ({ text, parties, dates, amounts }) => {
        const found = review(text);
        expect(found.parties).toEqual(parties);
        expect(found.effectiveDate).toBe(dates[0]);
        expect(found.dates).toEqual([...new Set(dates)]);
        expect(found.amounts).toEqual([...new Set(amounts)]);
        const [a, b] = parties as [(typeof parties)[0], (typeof parties)[0]];
        expect(found.obligations.map(({ party }) => party)).toEqual([a.role, b.role, b.name, b.role]);
      }),
      { numRuns: 300 },
    );
  });

  it('says nothing the text does not say', () => {
    fc.assert(
      fc.property(contracts, ({ text }) => {
        const unwrapped = text.replace(/\s+/g, ' ');
        const strings = JSON.stringify(review(text), (_, value) => value);
        for (const value of leavesOf(JSON.parse(strings))) expect(unwrapped).toContain(value);
      }),
      { numRuns: 50 },
    );
  });

  it('reads the GNU General Public License', () => {
    const text = readFileSync(
      new URL('../../../examples/contract-review/gpl-3.0.txt', import.meta.url),
      'utf8',
    );
    const found = review(text);
    expect(found.parties).toEqual([
      { name: 'Free Software Foundation, Inc.', role: 'Copyright' },
      { name: 'licensee', role: 'you' },
    ]);
    expect(found.dates).toEqual(['29 June 2007', '20 December 1996', '28 March 2007']);
    expect(found.obligations).toContainEqual({
      party: 'You',
      obligation:
        'You may not impose any further restrictions on the exercise of the rights granted or affirmed under this License.',
    });
  });
});

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

describe('parties', () => {
  it.each([
    ['between Jane Doe and John Smith.', ['Jane Doe', 'John Smith']],
    [
      'This lease is made between Jane Doe (the "Landlord") and Müller GmbH & Co. KG ("Tenant").',
      ['Jane Doe', 'Müller GmbH & Co. KG'],
    ],
    ['Copyright (c) 2019-2024 The Acme Authors. All rights reserved.', ['The Acme Authors.']],
    ['The Company shall indemnify the Client.', []],
    [
      'by and among Alpha-7f3a Inc., Zylvane 8231 Ltd and The Harbour Trust.',
      ['Alpha-7f3a Inc.', 'Zylvane 8231 Ltd', 'The Harbour Trust'],
    ],
    ['Acme Ltd sells. It is owed to Acme Ltd.', ['Acme Ltd']],
    ['Payable to Smith and Sons Ltd. The fee is due.', ['Smith and Sons Ltd.']],
  ])('in %p are %p', (text, names) => {
    expect(partiesIn(text).map(({ name }) => name)).toEqual(names);
  });
});

describe('dates', () => {
  it.each([
    ['the 14th day of March, 2027', ['2027-03-14']],
    ['on 03/14/2027 and 14.03.2027', ['2027-03-14', '2027-03-14']],
    ['Sept. 3rd, 2030', ['2030-09-03']],
    ['31 February 2027 is no day, section 11.12 no date', []],
  ])('in %p are %p', (text, isos) => {
    expect(datesIn(text).map(({ iso }) => iso)).toEqual(isos);
  });
});

describe('amounts', () => {
  it.each([
    ['$12,450.00, then EUR 8.300,50', [12450, 8300.5]],
    ['USD 1.2 million or 500 dollars', [1200000, 500]],
    ["CHF 1'200 and 1,000 GBP", [1200, 1000]],
    ['30 days, section 4, 12,450 units', []],
  ])('in %p are %p', (text, values) => {
    expect(amountsIn(text).map(({ value }) => value)).toEqual(values);
  });
});

describe('obligations', () => {
  it('belong to the subject, in the passive to who must act', () => {
    const parties = [{ name: 'Acme Ltd', role: 'Buyer' }];
    const text =
      'Subject to clause 4, the Buyer shall pay. A fee must be paid by Acme Ltd. Each party will keep it secret. The Buyer will insure it.';
    expect(obligationsIn(text, parties).map(({ party }) => party)).toEqual(['Buyer', 'Acme Ltd', 'Buyer']);
  });
});

describe('sentences', () => {
  it('do not end in abbreviations, numbers or at the margin', () => {
    expect(
      sentencesOf(
        'Acme Inc. and Co. KG paid $3.50 in\nNo. 4. The rest\nis due, e.g. now.\n\n- one item\n- another',
      ),
    ).toEqual([
      'Acme Inc. and Co. KG paid $3.50 in No. 4.',
      'The rest is due, e.g. now.',
      'one item',
      'another',
    ]);
  });
});
