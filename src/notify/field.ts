/** What may stand in a field, wherever it is typed. The file has sentences of its own (`plan/form-values.ts`). */
import { NUMBER } from './carrier.ts'
import type { Field } from './channel.ts'

const TEXT_MAX = 2_048
const NUMBER_MAX = 1_000_000

/** What is wrong with a value, as the end of a sentence about it; null: nothing. */
export function whyWrong(field: Field, value: unknown): string | null {
  switch (field.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'has to be true or false'
    case 'number': {
      const isWhole = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= NUMBER_MAX
      return isWhole ? null : `has to be a whole number, at most ${NUMBER_MAX}`
    }
    case 'url':
      return fits(value, /^https?:\/\/\S+$/) ? null : 'has to be an http or https address'
    case 'email':
      return fits(value, /^[^\s@<>",;]+@[^\s@<>",;]+$/) ? null : 'has to be an e-mail address'
    case 'phone':
      return fits(value, NUMBER) ? null : 'has to be a phone number such as +351912345678'
    case 'text':
    case 'secret': {
      const { pattern } = field
      const isGood = fits(value, pattern ? new RegExp(pattern.source) : /^[^\p{Cc}]*$/u)
      return isGood ? null : `has to be ${pattern?.is ?? 'a text of one line'}`
    }
  }
}

const fits = (value: unknown, pattern: RegExp): boolean =>
  typeof value === 'string' && value.length <= TEXT_MAX && pattern.test(value)
