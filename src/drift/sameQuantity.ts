/** Whether two values are the same amount, written differently: `0.5` and `500m`, `1Gi` and `1024Mi`. Pure. */

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Also for values that are no quantities: then whether they are the same. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  if (a === b) {
    return true;
  }
  const [one, other] = [amountOf(a), amountOf(b)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= Math.abs(one) * 1e-12;
}

function amountOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  const groups =
    /^(?<number>[+-]?(?:\d+\.?\d*|\.\d+))(?:(?<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?<power>[+-]?\d{1,2}))?$/.exec(
      typeof value === 'string' ? value : '',
    )?.groups;
  if (!groups) {
    return undefined;
  }
  const { number = '', suffix = '', power = '0' } = groups;
  return Number(number) * (factors[suffix] ?? 1) * 10 ** Number(power);
}
