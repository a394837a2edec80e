/**
 * Exact numbers. A target of 99.9 % leaves exactly one in a thousand: binary floats leave a little
 * less, and an alert that has to be strictly above its threshold would fire on equality.
 */
export type Fraction = { readonly n: bigint; readonly d: bigint }

export const ZERO: Fraction = { n: 0n, d: 1n }
export const ONE: Fraction = { n: 1n, d: 1n }

/** In lowest terms, the sign above. @throws RangeError where `d` is zero */
export function fraction(n: bigint, d: bigint): Fraction {
  if (d === 0n) throw new RangeError('division by zero')
  const sign = d < 0n ? -1n : 1n
  const common = gcd(n < 0n ? -n : n, d * sign)
  return { n: (sign * n) / common, d: (sign * d) / common }
}

function gcd(a: bigint, b: bigint): bigint {
  let [one, other] = [a, b]
  while (other !== 0n) [one, other] = [other, one % other]
  return one === 0n ? 1n : one
}

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?$/

/** `99.95`, `-0.5`, `14.4`; null for anything else, `1e3`, `99,9` and `NaN` among it. */
export function parseDecimal(text: string): Fraction | null {
  const match = DECIMAL.exec(text)
  if (!match) return null
  const [, sign, whole = '0', part = ''] = match
  const n = BigInt(whole + part)
  return fraction(sign === '-' ? -n : n, 10n ** BigInt(part.length))
}

/** The very number that a float holds. @throws RangeError for what is not a number */
export function ofNumber(value: number): Fraction {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number`)
  if (Number.isInteger(value)) return { n: BigInt(value), d: 1n }
  let scaled = value
  let shift = 0n
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    shift += 1n
  }
  return fraction(BigInt(scaled), 1n << shift)
}

export const whole = (value: number | bigint): Fraction => ({ n: BigInt(value), d: 1n })

export const add = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.n * b.d + b.n * a.d, a.d * b.d)
export const subtract = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.n * b.d - b.n * a.d, a.d * b.d)
export const multiply = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d)
export const divide = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n)

/** Below zero, zero or above it, as `sort` has it. */
export function compare(a: Fraction, b: Fraction): -1 | 0 | 1 {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const isAbove = (a: Fraction, b: Fraction): boolean => compare(a, b) > 0
export const isBelow = (a: Fraction, b: Fraction): boolean => compare(a, b) < 0

/** The largest whole number that is not above it. */
export function floor({ n, d }: Fraction): bigint {
  const cut = n / d
  return n % d < 0n ? cut - 1n : cut
}

/** Rounded half away from zero to so many places, as text: `97.1231`. */
export function toDecimal(value: Fraction, places: number): string {
  const scale = 10n ** BigInt(places)
  const isNegative = value.n < 0n
  const n = (isNegative ? -value.n : value.n) * scale
  const rounded = (2n * n + value.d) / (2n * value.d)
  const digits = rounded.toString().padStart(places + 1, '0')
  const cut = digits.length - places
  const text = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return isNegative && rounded !== 0n ? `-${text}` : text
}

/** The shortest decimal text that is exactly this number; null where there is none (1/3). */
export function toExact(value: Fraction): string | null {
  for (let places = 0; places <= 30; places += 1) {
    if ((value.n * 10n ** BigInt(places)) % value.d === 0n) return toDecimal(value, places)
  }
  return null
}

/** The nearest float: for charts and for the wire, never for a comparison. */
export function toNumber({ n, d }: Fraction): number {
  const small = Number.MAX_SAFE_INTEGER
  if (n <= small && n >= -small && d <= small) return Number(n) / Number(d)
  // Seventeen digits after the first that counts are all that a float can hold.
  const isNegative = n < 0n
  const top = isNegative ? -n : n
  let shift = 0
  let scaled = top / d
  while (scaled < 10n ** 20n && shift < 330) {
    shift += 20
    scaled = (top * 10n ** BigInt(shift)) / d
  }
  const value = Number(`${scaled}e-${shift}`)
  return isNegative ? -value : value
}
