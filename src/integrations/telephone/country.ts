/** Which countries may be called: toll fraud lives on numbers that nobody of ours has. */
import { textOf, type Values } from '../../notify/channel.ts'

/** Beginnings of numbers, such as +351; empty: every country. What is no prefix allows nothing. */
export const prefixesIn = (settings: Values): string[] =>
  textOf(settings, 'countries')
    .split(/[\s,;]+/)
    .filter((one) => one !== '')
    .map((one) => (one.startsWith('+') ? one : `+${one}`))

export const isAllowed = (number: string, prefixes: readonly string[]): boolean =>
  prefixes.length === 0 ||
  prefixes.some((prefix) => /^\+[1-9]\d*$/.test(prefix) && number.startsWith(prefix))
