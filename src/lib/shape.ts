/** Questions about values of which nothing is known: JSON that was stored by another release, or by hand. */

/**
 * What a stored row turned out to be. `value` is null where nothing can be made of it; `wrong` says
 * in sentences what was, and is not empty either where only a part had to be left out.
 */
export type Decoded<Noun> = { value: Noun | null; wrong: readonly string[] }

export const isText = (value: unknown): value is string => typeof value === 'string'

/** A whole number that is not negative. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export const isListOf = <Item>(
  value: unknown,
  is: (item: unknown) => item is Item,
): value is Item[] => Array.isArray(value) && value.every(is)

export const isNullOr = <Value>(
  value: unknown,
  is: (value: unknown) => value is Value,
): value is Value | null => value === null || is(value)
