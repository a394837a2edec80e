/**
 * The numbers that an instance calls from, as a contact for a phone: a phone lets a contact ring
 * through "do not disturb", and never an unknown number. vCard 3.0 (RFC 2426), which all phones read.
 */
export type ContactCard = {
  name: string
  numbers: readonly string[]
  url: string | null
  note: string
}

export function contactCard({ name, numbers, url, note }: ContactCard): string {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${escaped(name)};;;`,
    `FN:${escaped(name)}`,
    `ORG:${escaped(name)}`,
    ...numbers.map((number) => `TEL;TYPE=WORK,VOICE:${escaped(number)}`),
    ...(url === null ? [] : [`URL:${escaped(url)}`]),
    `NOTE:${escaped(note)}`,
    'END:VCARD',
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}

const escaped = (text: string): string =>
  text
    .replace(/\\/g, '\\\\')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/[,;]/g, (sign) => `\\${sign}`)
    .replace(/\p{Cc}/gu, '')

/** Lines of at most 75 bytes; what is too long goes on behind a blank. */
const LINE_BYTES_MAX = 75

function folded(line: string): string {
  let folded = ''
  let bytes = 0
  for (const sign of line) {
    const size = Buffer.byteLength(sign)
    if (bytes + size > LINE_BYTES_MAX) {
      folded += '\r\n '
      bytes = 1
    }
    folded += sign
    bytes += size
  }
  return folded
}
