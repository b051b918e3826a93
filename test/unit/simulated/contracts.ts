import fc from 'fast-check';

/** A contract made up at random, and what an extraction must find in it. */
export interface RandomContract {
  readonly text: string;
  readonly parties: readonly { readonly name: string; readonly role: string }[];
  readonly dates: readonly string[];
  readonly amounts: readonly string[];
}

const first = fc.constantFrom(
  'Quillfeather',
  'Brannock',
  'Osterweil',
  'Tamsin',
  'Vellacott',
  'Hrafnsson',
  'Łukowska',
);
const middle = fc.constantFrom(
  '',
  ' & Sons',
  ' Marine',
  ' Holdings',
  ' Data Systems',
  ' and Sons',
  ' of Leeds',
);
const form = fc.constantFrom(
  'Ltd',
  'GmbH',
  'LLC',
  'Inc.',
  'plc',
  'S.A.',
  'B.V.',
  'Pty Ltd',
  'AG',
  'Corporation',
);
const company = fc.tuple(first, middle, form).map((parts) => `${parts[0]}${parts[1]} ${parts[2]}`);

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const date = fc
  .record({
    y: fc.integer({ min: 2020, max: 2039 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: 28 }),
  })
  .chain(({ y, m, d }) => {
    const two = (n: number) => String(n).padStart(2, '0');
    return fc.constantFrom(
      `${d} ${months[m - 1]} ${y}`,
      `${months[m - 1]} ${d}, ${y}`,
      `${y}-${two(m)}-${two(d)}`,
    );
  });

const amount = fc
  .tuple(
    fc.integer({ min: 1000, max: 9_999_999 }),
    fc.constantFrom('$', '£', '€', 'EUR ', 'USD '),
    fc.boolean(),
  )
  .map(([value, currency, cents]) => `${currency}${value.toLocaleString('en-US')}${cents ? '.00' : ''}`);

const roles = fc.constantFrom(['Seller', 'Buyer'], ['Supplier', 'Customer'], ['Licensor', 'Licensee']);

const opening = fc.constantFrom(
  (a: string, b: string, [ra, rb]: readonly string[], on: string) =>
    `This Agreement is made on ${on} between ${a} ("${ra}") and ${b} ("${rb}").`,
  (a: string, b: string, [ra, rb]: readonly string[], on: string) =>
    `This Agreement, effective as of ${on}, is entered into by and between ${a}, with its registered office in Leeds (the "${ra}"), and ${b}, a company under the laws of Saxony (the "${rb}").`,
  (a: string, b: string, [ra, rb]: readonly string[], on: string) =>
    `Date of agreement: ${on}\n${ra}: ${a}\n${rb}: ${b}`,
);

/** Contracts with random parties, dates and amounts, in several wordings. */
export const contracts: fc.Arbitrary<RandomContract> = fc
  .record({
    names: fc.uniqueArray(company, { minLength: 2, maxLength: 2, selector: (name) => name.split(' ')[0]! }),
    on: date,
    due: date,
    ends: date,
    price: amount,
    fee: amount,
    pair: roles,
    open: opening,
  })
  .map(({ names, on, due, ends, price, fee, pair, open }) => {
    const [a, b] = names as [string, string];
    const [ra, rb] = pair as [string, string];
    return {
      text: [
        'FRAMEWORK AGREEMENT',
        open(a, b, pair, on),
        `1. Delivery. The ${ra} shall deliver the goods to the ${rb} no later than ${due}.`,
        `2. Price. The ${rb} must pay ${a} the sum of ${price} within 30 days of delivery. ${b} agrees to pay a late fee of ${fee}.`,
        `3. Term. This Agreement ends on ${ends}. The ${rb} may not assign it.`,
        '4. Governing law. It is governed by the laws of England.',
      ].join('\n\n'),
      parties: [
        { name: a, role: ra },
        { name: b, role: rb },
      ],
      dates: [on, due, ends],
      amounts: [price, fee],
    };
  });
