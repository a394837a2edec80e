/**
 * Addresses as they are compared: a telephone number is the same with blanks, brackets or a leading
 * 00, and a mail address in any case. Which contact of a person an answer came from.
 */
import type { Contact } from '../people/contact.ts'
import type { Heard } from './reply.ts'

const ADDRESS_MAX = 320

/** Empty where it is none. */
export function normalAddress(text: string): string {
  const plain = text.normalize('NFKC').trim().slice(0, ADDRESS_MAX).toLowerCase()
  const number = plain.replace(/^(tel|sms|whatsapp):/, '').replace(/[\s().\-/]/g, '')
  if (/^00\d{6,20}$/.test(number)) return `+${number.slice(2)}`
  return /^\+?\d{3,20}$/.test(number) ? number : plain
}

/** A number that is the same all over the world: whoever has it has both its calls and its texts. */
const isTelephone = (address: string): boolean => /^\+\d{6,20}$/.test(address)

export function isFrom(contact: Pick<Contact, 'kind' | 'fields'>, from: Heard): boolean {
  return [from.address, ...(from.also ?? [])].some((one) => isAt(contact, from.kind, one))
}

function isAt(contact: Pick<Contact, 'kind' | 'fields'>, kind: string, given: string): boolean {
  const address = normalAddress(given)
  if (address === '') return false
  if (contact.kind !== kind && !isTelephone(address)) return false
  return Object.values(contact.fields).some(
    (value) =>
      (typeof value === 'string' || typeof value === 'number') &&
      normalAddress(String(value)) === address,
  )
}
